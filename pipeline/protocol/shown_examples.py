"""The examples of a pack as Markdown: each table as it was drawn, and what must come out."""

from pipeline.protocol.example_tables import COLUMNS
from pipeline.protocol.examples import DAY

EXACT = "the alerts are exactly those named; the flags are among those raised"


def examples_as_markdown(raw):
    """The section of the examples, line by line; nothing of a pack without any."""
    if not (examples := raw.get("examples")):
        return
    yield "## Examples: small patients, and what must come out"
    yield ""
    yield (
        f"`b12 protocol test` tries them, as of {DAY} where no day is said. Of what is expected,"
        f" {EXACT}."
    )
    yield ""
    numbered = list(enumerate(examples, start=1))
    in_words = [each for each in numbered if not COLUMNS.keys() & each[1].keys()]
    if in_words:
        yield "| | example | on file | expected |"
        yield "| --- | --- | --- | --- |"
        yield from (_row(number, entry) for number, entry in in_words)
        yield ""
    for number, entry in numbered:
        if (number, entry) not in in_words:
            yield from _shown(number, entry)


def _row(number, entry):
    "An example whose records are all said in words"
    on_file = [*_circumstances(entry), *map(str, entry["records"])]
    cells = (entry["title"], "; ".join(on_file), "; ".join(expected_in_words(entry["expect"])))
    return f"| {number} | {' | '.join(cell.replace('|', '¦') for cell in cells)} |"


def _circumstances(entry):
    if "as_of" in entry:
        yield f"as of {entry['as_of']}"
    if missing := entry.get("not_loaded"):
        yield f"never loaded: {', '.join(missing)}"


def _shown(number, entry):
    yield f"### {number}. {entry['title']}"
    yield ""
    missing = entry.get("not_loaded")
    note = f" Never loaded: {', '.join(missing)}." if missing else ""
    yield f"As of {entry.get('as_of', DAY)}.{note}"
    yield ""
    if records := entry.get("records"):
        yield from (f"On file: {'; '.join(map(str, records))}.", "")
    for entity in COLUMNS:
        if entity in entry:
            yield from ("```text", entity, *str(entry[entity]).rstrip().splitlines(), "```", "")
    yield f"Expected: {'; '.join(expected_in_words(entry['expect']))}."
    yield ""


def expected_in_words(expected):
    """What an example expects, each as `rule N05`."""
    for name, value in expected.items():
        if name == "facts":
            yield from (f"{fact} = {answer}" for fact, answer in value.items())
        else:
            listed = ", ".join(map(str, value)) or "none" if isinstance(value, list) else value
            yield f"{name} {listed}"
