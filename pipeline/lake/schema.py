"""The tables of the lake: their columns by name, with DuckDB and Arrow types."""

import pyarrow as pa

EVIDENCE = {"source": "varchar", "sha256": "varchar", "file": "varchar", "line": "bigint"}
CODED = {"code": "varchar", "name": "varchar", "concepts": "varchar", "matched_by": "varchar"}
LAST = {"place": "bigint", "shifted_days": "integer", "snapshot": "varchar", "row_key": "blob"}
COLUMNS = {
    "patient": {
        **EVIDENCE, "patient_id": "varchar", "birth_on": "date", "birth_latest_on": "date",
        "sex": "varchar", "deceased_on": "date", "deceased_latest_on": "date", "site": "varchar",
        "is_deceased": "boolean", "is_opted_out": "boolean", "is_deleted": "boolean",
        "merged_into": "varchar", "recorded_at": "timestamptz", **LAST,
    },
    "lab_result": {
        **EVIDENCE, "patient_id": "varchar", "result_id": "varchar", "accession_id": "varchar",
        "analyte": "varchar", "code": "varchar", "name": "varchar", "value_reported": "varchar",
        "unit_reported": "varchar", "unit": "varchar", "comparator": "varchar",
        "value": "decimal(18,10)", "finding": "varchar", "status": "varchar", "specimen": "varchar",
        "collected_at": "timestamptz", "collected_on": "date", "reported_at": "timestamptz",
        "reference_low": "decimal(18,10)", "reference_high": "decimal(18,10)",
        "performing_lab": "varchar", "method": "varchar", "comment": "varchar",
        "is_unit_code_disagree": "boolean",
        **LAST,
    },
    "medication": {
        **EVIDENCE, "patient_id": "varchar", "medication_id": "varchar", "code_system": "varchar",
        **CODED, "start_on": "date", "start_latest_on": "date", "end_on": "date",
        "days_supply": "integer", "status": "varchar", "route_reported": "varchar",
        "route": "varchar", "strength_mg": "double", "recorded_at": "timestamptz", **LAST,
    },
    "condition": {
        **EVIDENCE, "patient_id": "varchar", "condition_id": "varchar", "code_system": "varchar",
        **CODED, "onset_on": "date", "onset_latest_on": "date", "abated_on": "date",
        "status": "varchar", "recorded_by": "varchar", "length_cm": "double",
        "recorded_at": "timestamptz", **LAST,
    },
    "procedure": {
        **EVIDENCE, "patient_id": "varchar", "procedure_id": "varchar", "code_system": "varchar",
        **CODED, "performed_on": "date", "performed_latest_on": "date",
        "status": "varchar", "recorded_at": "timestamptz", **LAST,
    },
    "rejected_row": {
        **EVIDENCE, "entity": "varchar", "rejected_because": "varchar", "code_system": "varchar",
        "code": "varchar", "unit": "varchar", "performing_lab": "varchar", "is_deciding": "boolean",
        "patient_id": "varchar", "place": "bigint",
    },
    "blanked_cell": {
        **EVIDENCE, "entity": "varchar", "column_name": "varchar", "patient_id": "varchar",
        "place": "bigint",
    },
    "code_system_count": {
        "source": "varchar", "sha256": "varchar", "file": "varchar", "entity": "varchar",
        "code_system": "varchar", "rows": "bigint", "rows_understood": "bigint",
    },
    "unmapped_code": {
        "source": "varchar", "sha256": "varchar", "file": "varchar", "entity": "varchar",
        "skipped_because": "varchar", "code_system": "varchar", "code": "varchar",
        "name": "varchar", "unit": "varchar", "rows": "bigint",
    },
    "delivery": {
        "source": "varchar", "sha256": "varchar", "file": "varchar", "entity": "varchar",
        "entities": "varchar", "rows": "bigint", "accepted": "bigint", "rejected": "varchar",
        "duplicates": "bigint", "skipped": "varchar", "refused": "varchar",
        "received_at": "timestamptz", "reference_sha256": "varchar", "snapshot": "varchar",
        "blanked": "varchar", "withdrawals": "bigint", "is_later_delivery_winning": "boolean",
    },
}  # fmt: skip
ADDED = {"lab_result": ("method",)}  # columns that a lake of the form before does not have
TABLES = (
    "delivery",
    *(table for table in COLUMNS if table != "delivery"),
)  # what the accounts say went in is in what is opened later
NO_STATISTICS = {
    "delta.dataSkippingNumIndexedCols": "0"
}  # a log that names the least and greatest patient id cannot forget them
ARROW = {
    "varchar": pa.string(), "bigint": pa.int64(), "integer": pa.int32(), "double": pa.float64(),
    "boolean": pa.bool_(), "date": pa.date32(), "timestamptz": pa.timestamp("us", "UTC"),
    "decimal(18,10)": pa.decimal128(18, 10), "blob": pa.binary(),
}  # fmt: skip


def arrow_schema(table):
    """The columns of a table as an Arrow schema."""
    return pa.schema([(name, ARROW[kind]) for name, kind in COLUMNS[table].items()])
