"""The command that searches the codes of the protocol and checks a site's codes."""

from pathlib import Path

from pipeline.cli.commands.terminal import form_of, write
from pipeline.core import UsageError
from pipeline.exports import as_rows, table
from pipeline.sources import (
    SEARCHED_COLUMNS,
    VERDICTS,
    check_codes,
    concepts_of_codes,
    search_codes,
)

CONCEPTS = ("concept", "meaning", "effect", "codes", "systems")
CHECKED = (
    "verdict", "code_system", "code", "name", "rows", "entity", "concepts", "meaning", "effect",
    "how", "remark", "likeness", "resembles", "proposed_system", "proposed",
)  # fmt: skip
SHOWN = {  # of each verdict: its title, and the columns that the terminal shows
    "not known": (
        "Not known",
        ("code_system", "code", "name", "rows", "resembles", "likeness", "proposed", "remark"),
    ),
    "trap": (
        "Recognised and not counted",
        ("code_system", "code", "name", "rows", "meaning", "effect", "how"),
    ),
    "known": (
        "Known",
        ("code_system", "code", "name", "rows", "concepts", "effect", "how"),
    ),
}
NO_MATCH = (
    "No code matches {text}. Search for a part of the code or for fewer words of the name; b12"
    " codes alone lists the concepts. The code of a test, drug or diagnosis of your site goes into"
    " a map (b12 unmapped --format csv), a code that is missing here into protocol/codes/ (see"
    " protocol/README.md)."
)


def codes(home, options):
    form = form_of(options.format, options.out, ("csv", "json"))
    is_check = options.words[:1] == ["check"] and len(options.words) > 1
    write((_checked if is_check else _found)(options, form), options.out)


def _found(options, form):
    text = " ".join(options.words).strip()
    if not text:
        return as_rows(concepts_of_codes(), form, CONCEPTS)
    rows, total = search_codes(text, options.most)
    found = as_rows(rows, form, SEARCHED_COLUMNS, empty=NO_MATCH.format(text=text))
    if total == len(rows) or form != "table":
        return found
    more = f"Add a word, such as a system, or --most {total}."
    return f"{found}\n\n{len(rows):,} of {total:,} codes. {more}"


def _checked(options, form):
    if len(options.words) != 2:
        raise UsageError("b12 codes check takes one file: b12 codes check FILE")
    checked = check_codes(Path(options.words[1]))
    if form != "table":
        return as_rows(checked.codes, form, CHECKED)
    return "\n".join(_told(checked, options.most))


def _told(checked, most):
    "The columns, the counts, and the codes of each verdict, those to be looked at first"
    yield "Columns: " + ", ".join(f"{name} = {head}" for name, head in checked.columns.items())
    if checked.unread:
        yield f"Not read: {', '.join(checked.unread)}"
    counts = [f"{checked.count(verdict):,} {verdict}" for verdict in VERDICTS]
    yield f"{len(checked.codes):,} codes: {', '.join(counts)}."
    for verdict, (title, columns) in SHOWN.items():
        rows = [row for row in checked.codes if row["verdict"] == verdict]
        if rows:
            filled = [name for name in columns if any(row[name] is not None for row in rows)]
            yield f"\n{title}:"
            yield table(rows[:most], filled)
        if len(rows) > most:
            yield f"{len(rows) - most:,} more: write all with --format csv --out FILE."
    if checked.count("not known"):
        yield (
            "\nNext: a code that is not known and should be goes into a map, see b12 unmapped"
            " --format csv; what resembles nothing is most likely of another test or disease."
        )
