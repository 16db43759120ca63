"""The cohorts of the card in Polars."""

import json
import sys
from datetime import date
from pathlib import Path

import polars as pl

LATER = ["final", "corrected", "withdrawn", "retracted"]  # what counts of reports at one time


def cohorts(question):
    """Patients by cohort, of a question as benchmarks/peers.py writes it."""
    tables = {table: pl.scan_parquet(files) for table, files in question["files"].items()}
    as_of, recent_from = map(date.fromisoformat, question["days"])
    meanings = pl.DataFrame(question["meanings"], schema=["concept", "class"], orient="row")
    survivors = merges(tables["patient"])
    frames = [
        latest_b12(tables["lab_result"], survivors, as_of),
        long_term(tables["medication"], survivors, meanings.lazy(), as_of, recent_from),
        operated(tables["condition"], tables["procedure"], survivors, meanings.lazy(), as_of),
    ]
    counts = pl.concat(pl.collect_all(frames), how="horizontal")
    return counts.to_dicts()[0]


def merges(patient):
    direct = (
        patient.filter(pl.col("merged_into") != pl.col("patient_id"))
        .group_by("patient_id")
        .agg(pl.max("merged_into").alias("surviving_id"))
        .collect()
    )
    survivors = direct
    for _ in range(2):
        survivors = survivors.join(
            direct, left_on="surviving_id", right_on="patient_id", how="left", suffix="_next"
        ).select(
            "patient_id", pl.coalesce("surviving_id_next", "surviving_id").alias("surviving_id")
        )
    return survivors.lazy()


def surviving(rows, survivors):
    return rows.join(survivors, on="patient_id", how="left").with_columns(
        pl.coalesce("surviving_id", "patient_id").alias("patient_id")
    )


def latest_b12(lab_result, survivors, as_of):
    b12 = lab_result.filter(pl.col("analyte") == "total_b12").select(
        "patient_id", "result_id", "accession_id", "status", "comparator", "collected_at",
        "collected_on", "reported_at", pl.col("value").cast(pl.Float64),
        pl.col("status").replace_strict(LATER, [1, 2, 3, 3], default=0).alias("rank"),
    )  # fmt: skip
    reports = (
        surviving(b12, survivors)
        .sort("reported_at", "rank", "value", descending=[True, True, False], nulls_last=True)
        .unique(["patient_id", "result_id"], keep="first", maintain_order=True)
    )
    exact, below = pl.col("comparator") == "=", pl.col("comparator").is_in(["<", "<="])
    value = pl.col("value")
    latest = (
        reports.filter(pl.col("status").is_in(["final", "corrected"]))
        .filter(value.is_not_null(), pl.col("collected_on") <= as_of)
        .join(overruled(reports), on=["patient_id", "result_id"], how="anti")
        .sort("collected_at", "value", ~below, descending=[True, False, False])
        .unique("patient_id", keep="first", maintain_order=True)
    )
    return latest.select(
        ((exact & (value < 180)) | (below & (value < 203.3055))).sum().alias("low_b12"),
        (exact & value.is_between(180, 350)).sum().alias("borderline_b12"),
    )


def overruled(reports):
    "Those that another result of the accession, reported later, corrects or takes back"
    acts = reports.filter(pl.col("status").is_in(["corrected", "retracted"]))
    is_later = pl.col("reported_at_later") > pl.col("reported_at")
    is_with = pl.col("reported_at_later") == pl.col("reported_at")
    return reports.join(acts, on=["patient_id", "accession_id"], suffix="_later").filter(
        pl.col("result_id") != pl.col("result_id_later"),
        is_later | (is_with & (pl.col("status") == "final")),
    )


def classes(rows, meanings):
    "Each class that concepts such as `metformin|ppi` stand for"
    return (
        rows.select("concepts")
        .unique()
        .with_columns(pl.col("concepts").str.split("|").alias("concept"))
        .explode("concept")
        .join(meanings, on="concept")
        .select("concepts", "class")
        .unique()
    )


def long_term(medication, survivors, meanings, as_of, recent_from):
    known = classes(medication, meanings)
    drugs = known.filter(pl.col("class").is_in(["metformin", "acid_suppressant"])).join(
        known.filter(pl.col("class") == "trap"), on="concepts", how="anti"
    )
    counted = medication.filter(
        pl.col("status").is_in(["active", "ended", "administered", "unknown"]),
        pl.col("start_on") <= as_of,
    ).join(drugs, on="concepts")
    recent = eras(surviving(counted, survivors), as_of).filter(pl.col("end_on") >= recent_from)
    until = pl.min_horizontal("end_on", pl.lit(as_of))
    return recent.select(
        pl.col("patient_id")
        .filter(pl.col("class") == name, until > pl.col("start_on").dt.offset_by(f"{months}mo"))
        .n_unique()
        .alias(f"{name}_long_term")
        for name, months in (("metformin", 4), ("acid_suppressant", 12))
    )


def eras(records, as_of):
    "Records that overlap, or follow within 30 days, become one era of a patient and class"
    start, end, supply = pl.col("start_on"), pl.col("end_on"), pl.col("days_supply")
    covered = (
        pl.when(end >= start).then(end)
        .when(supply.is_not_null()).then(start + pl.duration(days=supply))
        .when(pl.col("status") == "active").then(pl.lit(as_of))
        .otherwise(start + pl.duration(days=30))
    )  # fmt: skip
    person = ["patient_id", "class"]
    is_new = (start > pl.col("reached_on") + pl.duration(days=30)).fill_null(value=True)
    return (
        records.select(*person, "start_on", pl.max_horizontal(start, covered).alias("end_on"))
        .sort(*person, "start_on", "end_on")
        .with_columns(end.cum_max().shift(1).over(person).alias("reached_on"))
        .with_columns(is_new.cum_sum().over(person).alias("era"))
        .group_by(*person, "era")
        .agg(pl.min("start_on"), pl.max("end_on"))
    )


def operated(condition, procedure, survivors, meanings, as_of):
    columns = ["patient_id", "concepts", "status"]
    coded = pl.concat(
        [
            condition.select(*columns, began_on="onset_on"),
            procedure.select(*columns, began_on="performed_on"),
        ]
    )
    surgery = surviving(
        coded.filter(pl.col("status").is_in(["counted", "abated"]), pl.col("began_on") <= as_of)
        .join(classes(coded, meanings), on="concepts"),
        survivors,
    )  # fmt: skip
    removed = (
        surgery.filter(pl.col("class") == "band_removal")
        .group_by("patient_id")
        .agg(pl.max("began_on").alias("removed_on"))
    )
    is_removed = (pl.col("removed_on") >= pl.col("began_on")).fill_null(value=False)
    return (
        surgery.join(removed, on="patient_id", how="left")
        .filter(
            (pl.col("class") == "bariatric") | ((pl.col("class") == "bariatric_band") & ~is_removed)
        )
        .select(pl.col("patient_id").n_unique().alias("bariatric"))
    )


if __name__ == "__main__":
    print(json.dumps(cohorts(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
