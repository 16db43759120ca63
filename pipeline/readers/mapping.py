"""Converts a site's own columns into canonical columns: a SELECT for each entity, written from the
profile."""

from pipeline.engine import quoted_identifier, quoted_text
from pipeline.profiles import IN_A_CODE, IN_A_VALUE, groups_of, names_of
from pipeline.readers.cells import delivered_column
from pipeline.readers.lookup import PREFIX, with_looked_up

DATES = (
    "birth_date", "deceased_on", "recorded_at", "collected_at", "reported_at", "start_on", "end_on",
    "onset_on", "abated_on", "performed_on",
)  # fmt: skip


# A patient extract that has the column and leaves the cell empty says: not dead, not opted out, not
# deleted (and not merged); one without it changes nothing
NO = {"deceased_on": "'false'", "opted_out": "'false'", "status": "'active'"}


def mappings(profile, kind, header):
    """Entity -> the SELECT that makes its canonical columns, as text, of `landing.delivered`.

    header: the columns that this file has, in lower case. Dates are brought into ISO 8601 by the
    profile's date order, words are translated, what is empty is filled from the profile's defaults;
    nothing else is touched. A wide table gives a row for each filled cell of its wide columns,
    told apart by `place`.
    """
    return {
        entity: _select(profile, entity, rows, header)
        for entity, rows in profile.parts_of(kind).items()
    }


def _select(profile, entity, rows, header):
    if not rows.wide:
        return _select_rows(profile, entity, rows, header, delivered=rows.all)
    selects = []
    for place, (column, wide) in enumerate(rows.wide.items()):
        value = {"value": column} if entity == "lab_result" else {}
        select = _select_rows(
            profile, entity, rows, header,
            delivered={**rows.all, **value, **wide.columns}, wide=(place, column, wide.constants),
        )  # fmt: skip
        selects.append(f"({select})")
    return " union all by name ".join(selects)


def _select_rows(profile, entity, rows, header, *, delivered, wide=None):
    defaults = profile.defaults.get(entity, {})
    place, column, constants = wide or (None, None, {})
    found = _delivered_cells(rows, delivered, constants)
    cells = {
        name: _cell(profile, name, found.get(name, "cast(null as varchar)"), defaults.get(name))
        for name in dict.fromkeys([*found, *defaults])
    }
    if entity == "patient":
        no = NO | {"merged_into": cells["patient_id"]}
        cells |= {
            name: f"coalesce({cells[name]}, {no[name]})"
            for name in no
            if _is_in(header, delivered.get(name))
        }
    named = [f"{cell} as {quoted_identifier(name)}" for name, cell in cells.items()]
    named += [f"{place} as place"] if wide else []
    source = "landing.delivered"
    if profile.lookup:
        number = _joined(delivered["patient_id"])
        source = with_looked_up(profile, number, list(rows.date_from.values()))
        named.append("coalesce(shifted_days, 0) as shifted_days")
    conditions = [*_fits(rows.when), *([f"{_column(column)} is not null"] if wide else [])]
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"select {', '.join(named)}, line from {source}{where}"


def _delivered_cells(rows, delivered, constants):
    "Canonical column -> its cell as it was delivered, or found in the cell of a code or value"
    cells = {name: _joined(columns) for name, columns in delivered.items()}
    for pattern, parts in ((rows.code_pattern, IN_A_CODE), (rows.value_pattern, IN_A_VALUE)):
        if pattern and parts[0] in cells:
            cells |= _found(cells, pattern, parts)
    cells |= {name: quoted_text(value) for name, value in constants.items()}
    if rows.unit_of:
        units = _map(rows.unit_of)
        unit = cells.get("unit", "cast(null as varchar)")
        cells["unit"] = f"coalesce({unit}, {units}[lower({cells.get('code', 'null')})])"
    for name, column in rows.date_from.items():
        looked_up = quoted_identifier(PREFIX + column.lower())
        cells[name] = f"coalesce({cells[name]}, {looked_up})" if name in cells else looked_up
    return cells


def _found(cells, pattern, parts):
    """What a regular expression finds in the cell of a code or value. The rest of it fills only
    what has no cell of its own; a second unit stands beside it, so that the two are compared."""
    whole = cells[parts[0]]
    found = {
        name: f"nullif(regexp_extract({whole}, {quoted_text(pattern)}, {group}), '')"
        for name, group in groups_of(pattern, parts).items()
    }
    filled = {
        name: f"coalesce({cells[name]}, {cell})" if name in cells else cell
        for name, cell in found.items()
    }
    filled[parts[0]] = f"coalesce({found[parts[0]]}, {whole})"
    if "unit" in found and "unit" in cells:
        filled["unit_printed"] = found["unit"]
    return filled


def _fits(when):
    "Conditions: the cell of each column fits one of its patterns"
    for name, words in when.items():
        cell = f"lower(coalesce({_column(name)}, ''))"
        yield "(" + " or ".join(f"{cell} glob {_glob(word)}" for word in words) + ")"


def _glob(word):
    return quoted_text(word.strip().lower().replace("[", "[[]"))


def _is_in(header, delivered):
    return delivered is not None and all(name.lower() in header for name in names_of(delivered))


def _column(name):
    return delivered_column(name)


def _joined(delivered):
    columns = [_column(name) for name in names_of(delivered)]
    if len(columns) == 1:
        return columns[0]
    if isinstance(delivered, dict):
        return f"coalesce({', '.join(columns)})"
    return f"nullif(concat_ws(' ', {', '.join(columns)}), '')"


def _map(words):
    "Words in any case -> what they mean, as SQL"
    known = {word.strip().lower(): means for word, means in words.items()}
    pairs = ", ".join(f"{quoted_text(word)}: {quoted_text(means)}" for word, means in known.items())
    return f"map {{{pairs}}}"


def _cell(profile, name, cell, default):
    if name in profile.words:
        words = _map(profile.words[name])
        cell = f"nullif(coalesce({words}[lower(trim({cell}))], {cell}), '')"
    if name in DATES and profile.date_order != "iso":
        cell = f"to_iso({cell}, '{profile.date_order}')"
    if name in DATES and profile.align_last_event_on:
        cell = f"moved({cell}, shifted_days)"
    return with_default(cell, default)


def with_default(cell, default):
    """The SQL of a cell that takes the profile's default where it is empty."""
    return cell if default is None else f"coalesce({cell}, {quoted_text(default)})"
