"""How a CSV file is cut into cells, in single bytes."""

from dataclasses import dataclass

from pipeline.core import Refused

BREAK = b"\n"
# A byte that no UTF-8 text contains, for a delimiter of several bytes
STAND_IN = b"\xff"
LONGEST = 1_000_000  # bytes of one record; a longer one is a quote that was never closed
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Form:
    """The delimiter and the quote of a file as single bytes, and the delimiter as the file has
    it."""

    delimiter: bytes
    quote: bytes
    delivered: bytes
    encoding: str

    def single(self, text):
        """A text of the file with a single byte for each delimiter. Raises Refused where it is not
        in the file's encoding."""
        if self.delivered == self.delimiter:
            return text
        if STAND_IN in text:
            raise Refused(f"the file is not {self.encoding}")
        return text.replace(self.delivered, self.delimiter)

    def restored(self, text):
        """The same text as the file has it."""
        if self.delivered == self.delimiter:
            return text
        return bytes(text).replace(self.delimiter, self.delivered)

    @property
    def spaces(self):
        "What may stand around a quoted cell without belonging to it"
        return b"" if b" " in (self.delimiter, self.quote) else b" "


def form_of(dialect):
    """The Form of a dialect whose encoding is utf-8 or latin-1. Raises Refused for characters that
    cannot divide cells."""
    if len({dialect.delimiter, dialect.quote, "\n", "\r"}) < 4 or not dialect.quote.isascii():
        raise Refused(
            "dialect.delimiter and dialect.quote must differ, neither may be a line break, and the"
            " quote must be one of ASCII"
        )
    try:
        delivered = dialect.delimiter.encode(dialect.encoding)
    except UnicodeEncodeError:
        raise Refused(
            f"dialect.delimiter does not exist in {dialect.encoding}: set dialect.encoding"
        ) from None
    single = delivered if len(delivered) == 1 else STAND_IN
    return Form(single, dialect.quote.encode("ascii"), delivered, dialect.encoding)
