"""What a spreadsheet would run: characters after which it begins a cell, which may stand before a
sign, and the signs by which a formula begins."""

# A text that begins with a sign is run as a formula, with a full-width sign as well where these are
# in use, and so is what follows a semicolon, a tab or a line break where a spreadsheet divides
# cells there. Spaces before it may be taken away
CELL_BREAKS = "\t\n\x0b\x0c\r\x85\u2028\u2029"
CELL_SPACES = f"{CELL_BREAKS} \xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
CELL_SIGNS = "=+@\uff1d\uff0b\uff20\uff0d\u2212-"
