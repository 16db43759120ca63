"""The cohorts of the card in pandas."""

import json
import sys
from datetime import date
from pathlib import Path

import pandas as pd

B12 = [
    "patient_id", "result_id", "accession_id", "status", "value", "comparator", "collected_at",
    "collected_on", "reported_at",
]  # fmt: skip
DRUG = ["patient_id", "concepts", "status", "start_on", "end_on", "days_supply"]
ONE_TIME = {"final": 1, "corrected": 2, "withdrawn": 3, "retracted": 3}  # else 0: the last counts


def cohorts(question):
    """Patients by cohort, of a question as benchmarks/peers.py writes it."""
    files = question["files"]
    as_of, recent_from = map(date.fromisoformat, question["days"])
    meanings = pd.DataFrame(question["meanings"], columns=["concept", "class"])
    survivors = merges(read(files["patient"], ["patient_id", "merged_into"]))
    return {
        **latest_b12(files["lab_result"], survivors, as_of),
        **long_term(files["medication"], survivors, meanings, as_of, recent_from),
        "bariatric": operated(files, survivors, meanings, as_of),
    }


def read(files, columns, **options):
    return pd.read_parquet(files, columns=columns, dtype_backend="pyarrow", **options)


def days(column):
    return pd.to_datetime(column).astype("datetime64[us]")


def merges(patient):
    "The id that survives, of each that was merged, over chains of up to three"
    moved = patient[patient["merged_into"] != patient["patient_id"]].dropna()
    direct = moved.groupby("patient_id", as_index=False)["merged_into"].max()
    direct = direct.rename(columns={"merged_into": "surviving_id"})
    survivors = direct
    for _ in range(2):
        further = direct.rename(columns={"patient_id": "surviving_id", "surviving_id": "next_id"})
        survivors = survivors.merge(further, on="surviving_id", how="left")
        survivors["surviving_id"] = survivors["next_id"].fillna(survivors["surviving_id"])
        survivors = survivors.drop(columns="next_id")
    return survivors


def surviving(rows, survivors):
    rows = rows.merge(survivors, on="patient_id", how="left")
    rows["patient_id"] = rows["surviving_id"].fillna(rows["patient_id"])
    return rows.drop(columns="surviving_id")


def latest_b12(files, survivors, as_of):
    b12 = read(files, B12, filters=[("analyte", "==", "total_b12")])
    b12 = surviving(b12, survivors)
    b12 = b12.assign(
        value=b12["value"].astype("float64"),
        rank=b12["status"].map(ONE_TIME).fillna(0).astype("int64"),
        is_exact=~b12["comparator"].isin(["<", "<="]),
    )
    reports = b12.sort_values(
        ["reported_at", "rank", "value"], ascending=[False, False, True]
    ).drop_duplicates(["patient_id", "result_id"])
    usable = reports[
        reports["status"].isin(["final", "corrected"])
        & reports["value"].notna()
        & (days(reports["collected_on"]) <= pd.Timestamp(as_of))
        & ~is_overruled(reports)
    ]
    latest = usable.sort_values(
        ["collected_at", "value", "is_exact"], ascending=[False, True, True]
    ).drop_duplicates("patient_id")
    value, exact = latest["value"], latest["comparator"] == "="
    low = (exact & (value < 180)) | (~latest["is_exact"] & (value < 203.3055))
    borderline = exact & value.between(180, 350)
    return {"low_b12": int(low.sum()), "borderline_b12": int(borderline.sum())}


def is_overruled(reports):
    "Whether another result of the accession, reported later, corrects it or takes it back"
    acts = reports[reports["status"].isin(["corrected", "retracted"])]
    pairs = reports.merge(acts, on=["patient_id", "accession_id"], suffixes=("", "_later"))
    is_later = (pairs["reported_at_later"] > pairs["reported_at"]) | (
        (pairs["reported_at_later"] == pairs["reported_at"]) & (pairs["status"] == "final")
    )
    overruled = pairs[is_later & (pairs["result_id"] != pairs["result_id_later"])]
    ids = ["patient_id", "result_id"]
    return pd.MultiIndex.from_frame(reports[ids]).isin(pd.MultiIndex.from_frame(overruled[ids]))


def classes(concepts, meanings):
    "Each class that concepts such as `metformin|ppi` stand for"
    spelled = pd.DataFrame({"concepts": concepts.dropna().unique()})
    each = spelled.assign(concept=spelled["concepts"].str.split("|")).explode("concept")
    return each.merge(meanings, on="concept")[["concepts", "class"]].drop_duplicates()


def long_term(files, survivors, meanings, as_of, recent_from):
    medication = read(files, DRUG)
    known = classes(medication["concepts"], meanings)
    trapped = known.loc[known["class"] == "trap", "concepts"]
    drugs = known[
        known["class"].isin(["metformin", "acid_suppressant"]) & ~known["concepts"].isin(trapped)
    ]
    counts = medication["status"].isin(["active", "ended", "administered", "unknown"])
    record = surviving(medication[counts].merge(drugs, on="concepts"), survivors)
    record = record.assign(start_on=days(record["start_on"]), end_on=days(record["end_on"]))
    record = eras(record[record["start_on"] <= pd.Timestamp(as_of)], pd.Timestamp(as_of))
    record = record[record["end_on"] >= pd.Timestamp(recent_from)]
    until = record["end_on"].clip(upper=pd.Timestamp(as_of))
    found = {}
    for name, months in (("metformin", 4), ("acid_suppressant", 12)):
        is_long = until > record["start_on"] + pd.DateOffset(months=months)
        found[f"{name}_long_term"] = record[is_long & (record["class"] == name)][
            "patient_id"
        ].nunique()
    return found


def eras(record, as_of):
    "Records that overlap, or follow within 30 days, become one era of a patient and class"
    supply = pd.to_timedelta(record["days_supply"].astype("float64"), unit="D")
    end = record["end_on"].where(record["end_on"] >= record["start_on"])
    end = end.fillna(record["start_on"] + supply)
    end = end.fillna(pd.Series(as_of, record.index).where(record["status"] == "active"))
    end = end.fillna(record["start_on"] + pd.Timedelta(days=30))
    person = ["patient_id", "class"]
    ordered = record.assign(end_on=end.where(end > record["start_on"], record["start_on"]))
    ordered = ordered.sort_values([*person, "start_on", "end_on"])
    reached = ordered.groupby(person)["end_on"].cummax()
    reached = reached.groupby([ordered[name] for name in person]).shift()
    is_new = ~(ordered["start_on"] <= reached + pd.Timedelta(days=30))
    return (
        ordered.assign(era=is_new.cumsum())
        .groupby([*person, "era"], as_index=False)
        .agg(start_on=("start_on", "min"), end_on=("end_on", "max"))
    )


def operated(files, survivors, meanings, as_of):
    columns = ["patient_id", "concepts", "status"]
    condition = read(files["condition"], [*columns, "onset_on"])
    procedure = read(files["procedure"], [*columns, "performed_on"])
    coded = pd.concat(
        [
            condition.rename(columns={"onset_on": "began_on"}),
            procedure.rename(columns={"performed_on": "began_on"}),
        ]
    )
    coded = coded[coded["status"].isin(["counted", "abated"])]
    surgery = coded.merge(classes(coded["concepts"], meanings), on="concepts")
    surgery = surviving(surgery.assign(began_on=days(surgery["began_on"])), survivors)
    surgery = surgery[surgery["began_on"] <= pd.Timestamp(as_of)]
    removals = surgery[surgery["class"] == "band_removal"]
    removed_on = removals.groupby("patient_id", as_index=False)["began_on"].max()
    surgery = surgery.merge(removed_on, on="patient_id", how="left", suffixes=("", "_removal"))
    stands = (surgery["class"] == "bariatric") | (
        (surgery["class"] == "bariatric_band")
        & ~(surgery["began_on_removal"] >= surgery["began_on"])
    )
    return int(surgery[stands]["patient_id"].nunique())


if __name__ == "__main__":
    print(json.dumps(cohorts(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
