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
    yield f"`b12 protocol test` tries them. Of what is expected, {EXACT}."
    yield ""
    for number, entry in enumerate(examples, start=1):
        yield from _shown(number, entry)


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
