"""Each laboratory's B12 by unit, as drawings beside each other: a mislabelled unit stands away from
the others."""

DRAWN = 20  # a share of fewer results is a spike that dwarfs the others; the table has them all


def histograms(rows):
    """`[{"lab", "chart": {bins, unit, series: [{name, values}]}}]` from the rows of
    reporting.lab_b12_histogram; values are shares."""
    labs = sorted({row["performing_lab"] for row in rows})
    bins = sorted({(row["bin"], _edge(row)) for row in rows})
    return [
        {"lab": lab, "chart": _chart([row for row in rows if row["performing_lab"] == lab], bins)}
        for lab in labs
    ]


def _edge(row):
    return f"<{row['high']:.0f}" if row["low"] is None else f"{row['low']:.0f}"


def _chart(rows, bins):
    units = [unit for unit in sorted({row["unit"] for row in rows}) if _whole(rows, unit) >= DRAWN]
    by_unit = {unit: [row for row in rows if row["unit"] == unit] for unit in units}
    return {
        "bins": [edge for _, edge in bins],
        "unit": "pg/mL",
        "series": [_series(unit, of_unit, bins) for unit, of_unit in by_unit.items()],
    }


def _whole(rows, unit):
    return sum(row["results"] for row in rows if row["unit"] == unit)


def _series(unit, rows, bins):
    whole, counted = _whole(rows, unit), {row["bin"]: row["results"] for row in rows}
    return {
        "name": f"{unit} ({whole:,})",
        "values": [round(counted.get(place, 0) / whole, 4) for place, _ in bins],
    }
