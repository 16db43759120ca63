"""A protocol pack as Markdown, for clinicians to read, check and sign."""

from pipeline.protocol.pack import band_rows
from pipeline.protocol.quality_settings import quality_settings

NOTE_OF_PART = {"tiles": "", "censored": "censored, not within one band"}


def as_markdown(pack):
    """The whole pack as Markdown text: head, bands, settings, facts, every rule with its reason and
    citation."""
    return "\n".join(
        [
            *_head(pack.raw),
            *_bands(pack.raw),
            *_settings(pack.raw),
            *_facts(pack.raw),
            *_tables(pack.raw),
            *_quality_settings(),
        ]
    )


def _head(raw):
    yield f"# {raw['title']}"
    yield ""
    yield f"Pack `{raw['pack']}` {raw['version']}. {raw['notice']}"
    yield ""
    yield from _table(
        ("author", "checker", "reviewed", "next review"),
        [(raw["author"], raw["checker"], raw["reviewed"], raw["next_review"])],
    )
    yield "## Sources"
    yield ""
    yield from _table(("key", "source"), raw["sources"].items())


def _bands(raw):
    yield "## Bands: numbers become words"
    yield ""
    for fact, band in raw["bands"].items():
        rows = [
            (row["answer"], _range(row) or "any other", NOTE_OF_PART[part])
            for part, _, row in band_rows(band)
        ]
        yield f"### {fact} ({band['unit']}; {', '.join(band['cites'])})"
        yield ""
        yield from _table(("word", "range", "note"), rows)


def _range(tile):
    words = {"from": "from", "above": "above", "to": "to", "below": "below"}
    return " ".join(f"{word} {tile[key]}" for key, word in words.items() if key in tile)


def _settings(raw):
    yield "## Settings that a site may change"
    yield ""
    rows = [
        (name, setting["value"], setting["means"], ", ".join(setting["cites"]))
        for name, setting in raw["settings"].items()
    ]
    yield from _table(("setting", "value", "means", "cites"), rows)


def _facts(raw):
    yield "## Facts and their answers"
    yield ""
    yield from _table(
        ("fact", "answers"), [(fact, ", ".join(answers)) for fact, answers in raw["facts"].items()]
    )
    yield "### Derived facts: yes when one of the lines fits"
    yield ""
    yield from _table(
        ("fact", "yes when"),
        [(fact, _when(when)) for fact, one in raw["derived"].items() for when in one["yes_when"]],
    )


def _when(when):
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
    when = _when(row["when"]) if "when" in row else "with the evidence"
    cells = [row.get(name, "") for name in ("outcome", "priority", "because")]
    return (row["id"], when, *cells, ", ".join(row.get("cites", ())))


def _tables(raw):
    for section, title in TITLES.items():
        yield f"## {title}"
        yield ""
        head = ("id", "when", "outcome", "priority", "because", "cites")
        yield from _table(head, map(_line, raw[section]))
    yield "## What the next steps mean"
    yield ""
    yield from _table(("step", "text"), raw["actions"].items())


def _quality_settings():
    yield "## Limits by which the gates and the reports judge the data"
    yield ""
    yield (
        "They do not affect decisions about patients. They are set in"
        " `protocol/quality_settings.csv`, for every pack."
    )
    yield ""
    names = ("name", "value", "unit", "means", "source")
    yield from _table(names, [[row[name] for name in names] for row in quality_settings()])


def _table(head, rows):
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
    yield ""
