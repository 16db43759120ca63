"""A first profile for a folder of unknown files: each guess is marked with its reason, and what
cannot be guessed is left to be filled in."""

import re
from collections import Counter
from pathlib import PurePosixPath

from pipeline.core import Refused
from pipeline.profiles import canonical_tables
from pipeline.sources.guess import guesses_of, likeliest, patient_ids
from pipeline.sources.messages import message_draft
from pipeline.sources.sample import Sample, samples_of
from pipeline.sources.shapes import (
    FLAGS,
    SEXES,
    date_order,
    decimal_marks,
    decoration,
    has_offset,
    numbers,
    unknown_words,
)
from pipeline.sources.shipped import shipped_draft

TODO = "TODO"
ALWAYS_IGNORED = '"README*", "LICENSE*", "*.md", ".*"'
USUAL = {"sex": SEXES, "opted_out": FLAGS, "code_system": {"9": "ICD9CM", "10": "ICD10CM"}}
QUANTITIES = ("value", "reference_low", "reference_high", "strength_mg")


def draft(*paths):
    """A profile as YAML text for all tables among files and folders, for the engineer to complete:
    it is invalid until every TODO is answered. Raises Refused where there is no table, and
    UsageError for a path that does not exist.

    Only the first rows are read, and no value of them is written.
    """
    if text := message_draft(paths):
        return text
    found = samples_of(paths)
    samples = [each for each in found if isinstance(each, Sample)]
    others = [each for each in found if not isinstance(each, Sample)]
    if not samples:
        why = _why((each.name, each.why) for each in others)
        raise Refused(why or "There is no table among these files.")
    if text := shipped_draft(samples):
        return text
    guesses, system = _guessed(samples, is_alone=len(found) == 1)
    ours = [guess for guess in guesses if guess.entity]
    kinds = _kinds(ours)
    unneeded = [(guess.sample.name, guess.why) for guess in guesses if not guess.entity]
    unneeded += [(each.name, each.why) for each in others]
    layout = _layout(ours)
    parts = [*_head(found, system), *_top(ours, layout), *_files(kinds, samples, unneeded)]
    parts += ["columns:", *(line for kind in kinds.items() for line in _kind(*kind, ours, layout))]
    return "\n".join([*parts, *_defaults(ours), *_words(ours), ""])


def _guessed(samples, *, is_alone):
    "The guesses, of which at least one is of an extract: a file by itself always is"
    guesses, system = guesses_of(samples)
    if any(guess.entity for guess in guesses):
        return guesses, system
    if is_alone:
        return [likeliest(samples[0])], system
    why = _why((guess.sample.name, guess.why) for guess in guesses)
    raise Refused(f"None of these tables looks like an extract. {why}.")


def _why(files):
    "Each reason once, with the first of its files"
    reasons = {}
    for name, why in files:
        reasons.setdefault(why, []).append(name)
    return "; ".join(
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {why}"
        for why, names in reasons.items()
    )


def _kinds(guesses):
    "Kind -> the guesses of its files: those of one entity with one header are one kind"
    kinds = {}
    for guess in guesses:
        same = [kind for kind, files in kinds.items() if _is_alike(files[0], guess)]
        kind = guess.entity
        if not same and kind in kinds:
            kind = f"{guess.entity}_{sum(name.startswith(kind) for name in kinds) + 1}"
        kinds.setdefault(same[0] if same else kind, []).append(guess)
    return kinds


def _is_alike(first, second):
    def form(guess):
        sample = guess.sample
        return guess.entity, list(sample.columns), sample.dialect, sample.sheet, guess.columns

    return form(first) == form(second)


def _layout(guesses):
    "The dialect, order and marks that most files have; what is ASCII alone fits any encoding"
    forms = [_form(guess) for guess in guesses]
    telling = [form for form in forms if form["dialect"] and not form["is_ascii"]]
    common = {}
    for key, among in (("dialect", telling or forms), ("order", forms), ("marks", forms)):
        seen = Counter(form[key] for form in among if form[key] and form[key] != (None, None))
        common[key] = seen.most_common(1)[0][0] if seen else None
    return common


def _form(guess):
    dialect = guess.sample.dialect
    return {
        "dialect": dialect and (dialect.delimiter, dialect.quote, dialect.encoding),
        "is_ascii": bool(dialect) and guess.sample.is_ascii,
        "order": date_order(_cells(guess, _dates(guess)))[0],
        "marks": _marks(guess),
    }


def _marks(guess):
    "Of its quantities or, where these show none, of every column of numbers"
    marks = decimal_marks(_cells(guess, [*_quantities(guess), *guess.wide]))
    columns = [name for name, cells in guess.sample.columns.items() if numbers(cells) >= 0.8]
    return marks if marks[0] else decimal_marks(_cells(guess, columns))


def _dates(guess):
    columns = [
        name
        for column, (name, _) in guess.columns.items()
        if column.endswith(("_on", "_at", "_date"))
    ]
    return [name if isinstance(name, str) else name[0] for name in columns]


def _quantities(guess):
    return [guess.columns[column][0] for column in QUANTITIES if column in guess.columns]


def _cells(guess, names):
    return [cell for name in names for cell in guess.sample.columns[name]]


def _head(found, system):
    files = f"{len(found)} file{'s' if len(found) > 1 else ''}"
    yield f"# A draft from {files}. Replace every {TODO}, look at every guess, then type:"
    yield "#   b12 source check THIS_FILE FOLDER"
    if system:
        yield f"# Tables and columns are named as in {system}."
    for archive in dict.fromkeys(each.archive for each in found if isinstance(each, Sample)):
        if archive:
            yield f"# Unzip {archive} before it is delivered: a delivery is one table."


def _top(guesses, layout):
    times = [cell for guess in guesses for cell in _cells(guess, _dates(guess))]
    yield f"profile: {TODO}                     # a name of letters, digits, _ and -"
    yield "format: table"
    zone = "UTC" if has_offset(times) else TODO
    why = "guess: every time has an offset" if zone == "UTC" else "of times without an offset"
    yield f"time_zone: {zone}                   # {why}, such as Europe/Berlin"
    yield _order_line(guesses, layout["order"])
    yield from _mark_lines(guesses, layout["marks"])
    delimiter, quote, encoding = layout["dialect"] or (",", '"', "utf-8")
    why = "guess: fits the first lines" if layout["dialect"] else "no guess: no text file"
    yield f"dialect: {_dialect(delimiter, quote, encoding)}  # {why}"
    yield "other_columns: ignored            # columns that no line below names"


def _order_line(guesses, order):
    if order:
        return f"date_order: {order}                   # guess: seen in the dates of most files"
    seen = [date_order(_cells(guess, _dates(guess))) for guess in guesses]
    unclear = [why for found, why in seen if found is None]
    if unclear:
        return f"date_order: {TODO}                  # iso, dmy, mdy or ymd: {unclear[0]}"
    return "date_order: iso                   # no guess: no column of dates"


def _mark_lines(guesses, marks):
    if marks:
        yield f"decimal_mark: {marks[0]!r}                 # guess: seen in most files' numbers"
        if marks[1]:
            yield f"thousands_mark: {marks[1]!r}               # guess: as in 1{marks[1]}234"
    elif any(guess.entity == "lab_result" for guess in guesses):
        yield f"decimal_mark: {TODO}                # '.' or ',': no number shows it"
    else:
        yield "decimal_mark: '.'                 # no guess: no number shows it"


def _dialect(delimiter, quote, encoding):
    shown = delimiter.replace("\t", "\\t")
    return f"{{delimiter: \"{shown}\", quote: '{quote}', encoding: {encoding}}}"


def _files(kinds, samples, unneeded):
    names = {guess.sample.name: kind for kind, files in kinds.items() for guess in files}
    every = [*(sample.name for sample in samples), *(name for name, _ in unneeded)]
    yield "files:"
    for kind, files in kinds.items():
        mine = [guess.sample.name for guess in files]
        patterns = dict.fromkeys(_pattern(name, mine, every) for name in mine)
        listed = ", ".join(map(_quoted, patterns))
        yield f"  {kind}: [{listed}]  # guess: {files[0].why}"
    yield "ignore:"
    yield f"  - {ALWAYS_IGNORED.replace(', ', chr(10) + '  - ')}"
    for name, why in dict.fromkeys(unneeded):
        if name not in names:
            yield f"  - {_quoted(_pattern(name, [name], every))}  # guess: {why}"


def _pattern(name, mine, every):
    "The name with its digits open, so that the next delivery fits too, unless another file fits it"
    name = re.sub(r"\.(gz|zip)$", "", name, flags=re.IGNORECASE) if name.count(".") > 1 else name
    base = PurePosixPath(name).name
    opened = re.sub(r"[\d_-]*\d[\d_-]*", "*", base)
    form = re.compile(re.escape(opened).replace(r"\*", ".*") + r"(\.gz|\.zip)?", re.IGNORECASE)
    others = [PurePosixPath(other).name for other in every if other not in mine]
    pattern = name if any(map(form.fullmatch, others)) else opened
    return pattern.replace("[", "[[]")


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _name(delivered):
    names = delivered if isinstance(delivered, list) else [delivered]
    quoted = ["'" + name.replace("'", "''") + "'" for name in names]
    return quoted[0] if isinstance(delivered, str) else f"[{', '.join(quoted)}]"


def _kind(kind, files, guesses, layout):
    guess = files[0]
    yield f"  {kind}:"
    if kind != guess.entity:
        yield f"    entity: {guess.entity}"
    yield from _joined(guess, guesses)
    yield from (f"    # {doubt}" for doubt in guess.doubts)
    yield from _own_layout(guess, layout)
    table = canonical_tables()[guess.entity]
    required = ("patient_id", "collected_at") if guess.wide else table.required
    used = [name for name, _ in guess.columns.values()]
    free = [name for name in guess.sample.columns if name not in (*used, *guess.wide)]
    yield "    required:"
    for column in required:
        if column in guess.columns:
            name, why = guess.columns[column]
            yield f"      {column}: {_name(name)}  # guess: {why}"
        else:
            yield f"      {column}: {TODO}  # which of: {', '.join(free)}"
    yield from _wide_lines(guess) if guess.wide else _optional(guess, table)
    yield from _code_pattern(guess)


def _optional(guess, table):
    found = {column: guess.columns[column] for column in table.optional if column in guess.columns}
    if found:
        yield "    optional:"
        for column, (name, why) in found.items():
            yield f"      {column}: {_name(name)}  # guess: {why}"
    missing = [column for column in table.optional if column not in found]
    if missing:
        yield f"      # no guess: {', '.join(missing)}"


def _code_pattern(guess):
    code = guess.columns.get("code", (None,))[0]
    form = decoration(guess.sample.columns[code]) if isinstance(code, str) else None
    if form and not guess.is_by_name:
        quoted = form.replace("'", "''")
        yield f"    code_pattern: '{quoted}'  # guess: its codes stand among other text"


def _wide_lines(guess):
    yield "    wide:                         # each column is a test: one row, several results"
    for name, (code, unit) in guess.wide.items():
        values = f"{{code: {code}, code_system: LOINC, unit: {unit or TODO}}}"
        yield f"      {_name(name)}: {values}  # guess: its name"


def _joined(guess, guesses):
    "How many of its patients are in the file of patients"
    mine = patient_ids(guess)
    for other in guesses:
        if other.entity == "patient" and guess.entity != "patient" and mine:
            both = len(mine & patient_ids(other)) / len(mine)
            yield f"    # of the ids in its first rows, {both:.0%} are in {other.sample.name}"


def _own_layout(guess, layout):
    form = _form(guess)
    compared = slice(2) if form["is_ascii"] else slice(3)
    if form["dialect"] and form["dialect"][compared] != layout["dialect"][compared]:
        yield f"    dialect: {_dialect(*form['dialect'])}  # guess: fits its first lines"
    order, why = date_order(_cells(guess, _dates(guess)))
    if order and order != layout["order"] and (order != "iso" or layout["order"] is None):
        yield f"    date_order: {order}  # guess: {why}"
    elif order is None and layout["order"]:
        yield f"    # date_order: no guess, read as the others, {layout['order']}: {why}"
    mark, thousands = form["marks"]
    if mark and layout["marks"] and form["marks"] != layout["marks"]:
        yield f"    decimal_mark: {mark!r}  # guess: seen in its numbers"
        yield f"    thousands_mark: {thousands!r}" if thousands else "    thousands_mark: null"
    if guess.sample.sheet:
        yield f"    sheet: {_quoted(guess.sample.sheet)}  # guess: the sheet with the most columns"


def _defaults(guesses):
    "The system of codes where no column says it: one for an entity, so files must agree"
    lines = {}
    for guess in guesses:
        if guess.entity == "patient" or guess.wide or "code_system" in guess.columns:
            continue
        lines.setdefault(guess.entity, set()).add(_system_of(guess))
    if not lines:
        return
    yield "defaults:                         # for an empty cell, or a column that is not there"
    for entity, systems in lines.items():
        if len({system for system, _ in systems}) == 1:
            [(system, why), *_] = sorted(systems)
        else:
            system, why = TODO, "its files differ: deliver a column of the system"
        yield f"  {entity}: {{code_system: {system}}}  # {why}"


def _system_of(guess):
    system, why = guess.system
    if system:
        return system, f"guess: {why}"
    if guess.is_by_name and guess.entity == "medication":
        return "NAME", "guess: its names stand for codes"
    if guess.is_by_name:
        return "LOCAL", "guess: its names stand for codes: map them (b12 unmapped)"
    if guess.entity == "lab_result" and "shape of no" in why:
        return "LOCAL", f"guess: {why}, so they are the site's own: map them (b12 unmapped)"
    known = "LOINC, RXNORM, ATC, …; LOCAL for the site's own, with a map"
    return TODO, f"{known}: {why}" if why else known


def _words(guesses):
    "What the usual words of a column mean; of all other words only how many there are"
    words = {}
    for guess in guesses:
        for column, usual in USUAL.items():
            if column in guess.columns:
                seen = {cell.lower() for cell in guess.sample.columns[guess.columns[column][0]]}
                fitting = {word: usual[word] for word in sorted(seen & usual.keys())}
                words[column] = {**words.get(column, {}), **fitting}
    lines = {
        column: means
        for column, means in words.items()
        if any(word != meant for word, meant in means.items())
    }
    if lines:
        yield "words:                            # the file's words in any case: the canonical ones"
    for column, means in lines.items():
        pairs = ", ".join(f"'{word}': {meant}" for word, meant in means.items())
        yield f"  {column}: {{{pairs}}}  # guess: what these words usually mean"
    yield from _unknown(guesses)


def _unknown(guesses):
    for guess in guesses:
        for column in ("sex", "status", "specimen", "route"):
            if column not in guess.columns or (column, guess.entity) == ("status", "patient"):
                continue
            name = guess.columns[column][0]
            cells = guess.sample.columns[name]
            words = {cell.lower() for cell in cells}
            count = (len(words - SEXES.keys()), len(words))
            if column != "sex":
                count = unknown_words(column, guess.entity, cells)
            if count[0]:
                unknown = f"{count[0]} of {count[1]} words of {name} ({guess.entity})"
                yield f"# no guess: {unknown}; say what they mean: words: {{{column}: {{…: …}}}}"
