"""A protocol pack as Markdown, for clinicians to read, check and sign."""

from pipeline.core import YAML_ERRORS
from pipeline.protocol.facts import answers_of, is_declared, line_in_words
from pipeline.protocol.local_bands import asked_in_words, judging_row, local_rows
from pipeline.protocol.pack import band_rows
from pipeline.protocol.pack_files import unreadable
from pipeline.protocol.quality_settings import quality_settings
from pipeline.protocol.shown_examples import examples_as_markdown

NOTE_OF_PART = {"tiles": "", "censored": "censored, not within one band"}


def as_markdown(pack, *, notes=None, before=()):
    """The whole pack as Markdown text: head, bands, settings, facts, every rule with its reason and
    citation, the examples.

    notes: what reviewers say of a line, by its key (see `numbered`), as Markdown; before: lines of
    Markdown to stand after the head. Raises InvalidProtocol for a pack whose structure is wrong.
    """
    try:
        return "\n".join(_lines(pack, notes or {}, before))
    except YAML_ERRORS as error:
        raise unreadable(pack.path, error) from None


def _lines(pack, notes, before):
    return [
        *_head(pack.raw),
        *before,
        *_bands(pack.raw, notes),
        *_settings(pack.raw, notes),
        *_facts(pack.raw, notes),
        *_concepts(pack.raw, notes),
        *_tables(pack.raw, notes),
        *examples_as_markdown(pack.raw),
        *_quality_settings(),
    ]


def numbered(section, codes):
    """The key of each line of a section: `next_step.N05`, and `next_step.N13.2` for the second line
    of an id."""
    used = {}
    for code in codes:
        used[code] = used.get(code, 0) + 1
        yield f"{section}.{code}" + (f".{used[code]}" if used[code] > 1 else "")


def _noted(head, rows, keys, notes):
    "A table, with what reviewers say as its last column where they said anything"
    rows, keys = list(rows), list(keys)
    if any(key in notes for key in keys):
        head = (*head, "reviews")
        rows = [(*row, notes.get(key, "")) for row, key in zip(rows, keys, strict=True)]
    return markdown_table(head, rows)


def _head(raw):
    yield f"# {raw['title']}"
    yield ""
    yield f"Pack `{raw['pack']}` {raw['version']}. {raw['notice']}"
    yield ""
    if base := raw.get("based_on"):
        yield (
            f"Based on `{base}`: what its own file does not give of settings, bands, facts, sources"
            " and flags that come with the evidence is that of the base. All is shown here."
        )
        yield ""
    yield from markdown_table(
        ("author", "checker", "reviewed", "next review"),
        [(raw["author"], raw["checker"], raw["reviewed"], raw["next_review"])],
    )
    yield "## Sources"
    yield ""
    yield from markdown_table(("key", "source"), raw["sources"].items())


def _bands(raw, notes):
    yield "## Bands: numbers become words"
    yield ""
    for fact, band in raw["bands"].items():
        yield f"### {fact} ({band['unit']}; {', '.join(band['cites'])})"
        yield ""
        yield from _answers(band)
        for row in local_rows(band):
            yield f"Limits {row['id']}: {asked_in_words(row)} ({', '.join(row['cites'])})"
            yield ""
            yield from _answers(judging_row(band, row["id"]))
        if f"bands.{fact}" in notes:
            yield f"Reviews: {notes[f'bands.{fact}']}"
            yield ""


def _answers(band):
    rows = [
        (row["answer"], range_in_words(row) or "any other", NOTE_OF_PART[part])
        for part, _, row in band_rows(band)
    ]
    return markdown_table(("word", "range", "note"), rows)


def range_in_words(tile):
    """The range of a row of a band, such as `from 180 below 203.3055`; empty: any value."""
    words = {"from": "from", "above": "above", "to": "to", "below": "below"}
    return " ".join(f"{word} {tile[key]}" for key, word in words.items() if key in tile)


def _settings(raw, notes):
    yield "## Settings that a site may change"
    yield ""
    rows = [
        (name, setting["value"], setting["means"], ", ".join(setting["cites"]))
        for name, setting in raw["settings"].items()
    ]
    keys = numbered("settings", raw["settings"])
    yield from _noted(("setting", "value", "means", "cites"), rows, keys, notes)


def _facts(raw, notes):
    yield "## Facts and their answers"
    yield ""
    rows = [(fact, ", ".join(answers_of(entry))) for fact, entry in raw["facts"].items()]
    yield from _noted(("fact", "answers"), rows, numbered("facts", raw["facts"]), notes)
    yield "### Declared facts: the first line that a record fits gives the answer"
    yield ""
    declared = [(fact, entry) for fact, entry in raw["facts"].items() if is_declared(entry)]
    lines = [row for fact, entry in declared for row in _declared_lines(fact, entry)]
    yield from markdown_table(("fact", "answer", "when"), lines)
    yield "### Derived facts: yes when one of the lines fits"
    yield ""
    lines = [(fact, when) for fact, one in raw["derived"].items() for when in one["yes_when"]]
    rows = [(fact, when_in_words(when)) for fact, when in lines]
    keys = numbered("derived", (fact for fact, _ in lines))
    yield from _noted(("fact", "yes when"), rows, keys, notes)


def _declared_lines(fact, entry):
    for line in entry["answers"]:
        yield fact, line["answer"], line_in_words(line)
    yield fact, entry["otherwise"], "otherwise"
    if entry.get("not_loaded"):
        yield fact, entry["not_loaded"], "where the extract was never loaded"


def _concepts(raw, notes):
    if not (rows := raw.get("concepts")):
        return
    yield "## Concepts that mean something else than in the common table"
    yield ""
    names = ("fact", "means", "wording")
    cells = [(row["id"], *(row[name] for name in names)) for row in rows]
    keys = numbered("concepts", (row["id"] for row in rows))
    yield from _noted(("concept", *names), cells, keys, notes)


def when_in_words(when):
    """What a rule asks for, such as `b12 = low or stale; treated = no`."""
    return (
        "; ".join(f"{fact} = {' or '.join(answers)}" for fact, answers in when.items())
        or "anything else"
    )


TITLES = {
    "next_step": "Next step: the first rule that fits decides",
    "safety": "Safety alerts: every line that fits",
    "cause": "Cause: the first line that fits",
    "flags": "Flags: every line that fits, or that comes with the evidence",
    "cohorts": "Cohorts: every line that fits",
}


def _line(row):
    when = when_in_words(row["when"]) if "when" in row else "with the evidence"
    cells = [row.get(name, "") for name in ("outcome", "priority", "because")]
    return (row["id"], when, *cells, ", ".join(row.get("cites", ())))


def _tables(raw, notes):
    for section, title in TITLES.items():
        yield f"## {title}"
        yield ""
        head = ("id", "when", "outcome", "priority", "because", "cites")
        keys = numbered(section, (row["id"] for row in raw[section]))
        yield from _noted(head, map(_line, raw[section]), keys, notes)
    yield "## What the next steps mean"
    yield ""
    keys = numbered("actions", raw["actions"])
    named = {name: f"{name} ({label})" for name, label in raw["labels"].items()}
    rows = [(named.get(name, name), text) for name, text in raw["actions"].items()]
    yield from _noted(("step", "text"), rows, keys, notes)


def _quality_settings():
    yield "## Limits by which the gates and the reports judge the data"
    yield ""
    yield (
        "They do not affect decisions about patients. They are set in"
        " `protocol/quality_settings.csv`, for every pack."
    )
    yield ""
    names = ("name", "value", "unit", "means", "source")
    yield from markdown_table(names, [[row[name] for name in names] for row in quality_settings()])


def markdown_table(head, rows):
    """A table in Markdown, line by line, with an empty line behind it."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
    yield ""
