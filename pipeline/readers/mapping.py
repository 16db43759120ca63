"""Converts a site's own columns into canonical columns: one SELECT, written from the profile."""

from pipeline.engine import quoted_identifier, quoted_text

DATES = (
    "birth_date", "deceased_on", "recorded_at", "collected_at", "reported_at", "start_on", "end_on",
    "onset_on", "abated_on", "performed_on",
)  # fmt: skip


# A patient extract that has the column and leaves the cell empty says: not dead, not opted out, not
# deleted (and not merged); one without it says nothing
NO = {"deceased_on": "'false'", "opted_out": "'false'", "status": "'active'"}


def mapping(profile, kind, header):
    """The SELECT that makes canonical columns, as text, of `landing.delivered`.

    header: the columns that this file has, in lower case. Dates are brought into ISO 8601 by the
    profile's date order, words are translated, what is empty is filled from the profile's defaults;
    nothing else is touched.
    """
    entity = profile.entity_of_kind(kind)
    delivered = profile.columns[kind].all
    defaults = profile.defaults.get(entity, {})
    cells = {
        name: _cell(profile, name, delivered.get(name), defaults.get(name))
        for name in dict.fromkeys([*delivered, *defaults])
    }
    if entity == "patient":
        no = NO | {"merged_into": cells["patient_id"]}
        cells |= {
            name: f"coalesce({cells[name]}, {no[name]})"
            for name in no
            if _is_in(header, delivered.get(name))
        }
    return (
        "select "
        + ", ".join(f"{cell} as {quoted_identifier(name)}" for name, cell in cells.items())
        + ", line from landing.delivered"
    )


def _is_in(header, delivered):
    return delivered is not None and all(name.lower() in header for name in _listed(delivered))


def _listed(delivered):
    return delivered if isinstance(delivered, list) else [delivered]


def _cell(profile, name, delivered, default):
    columns = (
        [quoted_identifier(column.lower()) for column in _listed(delivered)] if delivered else []
    )
    cell = {0: "cast(null as varchar)", 1: "".join(columns)}.get(
        len(columns), f"nullif(concat_ws(' ', {', '.join(columns)}), '')"
    )
    if name in profile.words:
        known = {word.lower(): means for word, means in profile.words[name].items()}
        words = ", ".join(
            f"{quoted_text(word)}: {quoted_text(means)}" for word, means in known.items()
        )
        cell = f"nullif(coalesce(map {{{words}}}[lower(trim({cell}))], {cell}), '')"
    if name in DATES and profile.date_order != "iso":
        cell = f"to_iso({cell}, '{profile.date_order}')"
    return with_default(cell, default)


def with_default(cell, default):
    """The SQL of a cell that takes the profile's default where it is empty."""
    return cell if default is None else f"coalesce({cell}, {quoted_text(default)})"
