"""The rows of a band that judge the results of one laboratory, method or source, of a time, or of
patients of an age or in pregnancy, in place of its general row."""

GENERAL = "general"  # the id of the general row
EDGES = ("from", "above", "to", "below")
PREGNANCY = "pregnancy"  # the fact that says who is pregnant


def local_rows(band):
    """The local rows of a band, in the order in which they are tried."""
    return band.get("local") or ()


def asks_for_pregnancy(pack):
    """Whether a local row of a pack is for pregnant patients."""
    rows = (row for band in pack.raw["bands"].values() for row in local_rows(band))
    return any(row.get("pregnant") for row in rows)


def judging_rows(band):
    """(id, row) of the general row of a band and of each local one, all in the form of a band:
    with `analyte`, `unit`, `tiles`, `censored` and `cites`.

    A local row that does not say what a censored result is that crosses its edges takes the general
    answers that hold whatever the edges are.
    """
    yield GENERAL, band
    whatever = [row for row in band.get("censored") or () if not set(EDGES) & row.keys()]
    for row in local_rows(band):
        yield row["id"], {**band, "censored": whatever, **row}


def judging_row(band, band_id):
    """The row of a band that has this id; the general one where the pack no longer holds it."""
    return next((row for name, row in judging_rows(band) if name == band_id), band)


def asked_in_words(row):
    """What a local row asks of a result: `laboratory North*; collected from 2026-07-01`."""
    age = row.get("age", {})
    parts = (
        *(f"{name} {row[name]}" for name in ("laboratory", "method", "source") if name in row),
        _range("collected", row.get("valid_from"), "to", row.get("valid_to")),
        _range("aged", age.get("from"), "below", age.get("below")),
        "pregnant" if row.get("pregnant") else "",
    )
    return "; ".join(filter(None, parts))


def _range(what, first, until, last):
    if first is None and last is None:
        return ""
    begin = "" if first is None else f" from {first}"
    return f"{what}{begin}{'' if last is None else f' {until} {last}'}"
