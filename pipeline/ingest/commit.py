"""Commit ingested files: their rows into the lake's tables, then their accounts; each append
happens once."""

import json
from contextlib import closing

import pyarrow as pa

from pipeline import lake
from pipeline.engine import connect
from pipeline.ingest.accounts import accepted_rows, blanked_rows, transaction_of_refusal
from pipeline.ingest.contact import keep_contact
from pipeline.ingest.read_with import note_maps


def commit(con, home, files, accounts, entities):
    """Append the accepted rows of DeliveredFiles, then the rejected ones, then unmapped codes, and
    keep their contact data; their accounts last.

    An account says that all the others are there: so it comes last.
    """
    transactions = [account.transaction for account in accounts]
    note_maps(home, files[0].profile)
    for entity in entities:
        lake.append(con, home, entity, _accepted(entity), transactions)
    rejected = [_ragged(accounts[0].entity), *map(_rejected, entities)]
    lake.append(con, home, "rejected_row", " union all ".join(rejected), transactions)
    unknown = [
        *map(_unmapped, entities),
        *(_unknown_status(entity) for entity in entities if entity != "patient"),
    ]
    lake.append(con, home, "unmapped_code", " union all ".join(unknown), transactions)
    blanked = " union all ".join(map(_blanked, entities))
    lake.append(con, home, "blanked_cell", blanked, transactions)
    lake.append(con, home, "code_system_count", _SYSTEMS, transactions)
    if "patient" in entities:
        keep_contact(con, home, files[0].profile.name)
    _append_accounts_of(con, home, files, accounts, entities)


def _append_accounts_of(con, home, files, accounts, entities):
    references = files[0].references
    read_with = {
        "entities": "|".join(entities),
        "reference_sha256": references[0].name.split(".")[0] if references else None,
    }
    rows = [
        _row(account, received_at=file.received_at, **read_with)
        for file, account in zip(files, accounts, strict=True)
    ]
    _append_accounts(con, home, rows, [account.transaction for account in accounts])


# Of rows, as `checked`: their file, and what is common to all files
_OF_FILES = (
    "inner join landing.batch_file on batch_file.number = file_number(checked.line)"
    " cross join landing.file"
)
_FILE = "file.source, batch_file.sha256, batch_file.file"
_LINE = "line_of_file(checked.line) as line"


def _accepted(entity):
    return f"""
        select {_FILE}, file.snapshot, checked.* replace ({_LINE})
        from ({accepted_rows(entity)}) as checked {_OF_FILES}
    """


def _blanked(entity):
    return f"""
        select {_FILE}, {_LINE}, '{entity}' as entity,
            unnest(checked.blanked) as column_name, checked.patient_id, checked.place
        from ({blanked_rows(entity)}) as checked {_OF_FILES}
    """


_SYSTEMS = """
    select file.source, batch_file.sha256, batch_file.file, code_system_count.* exclude (number)
    from staging.code_system_count
    inner join landing.batch_file using (number)
    cross join landing.file
"""


def _rejected(entity):
    system, code = ("code_system", "code") if entity != "patient" else ("null", "null")
    unit, lab, deciding = "null", "null", "true"
    if entity == "lab_result":
        unit, lab, deciding = "unit_reported", "performing_lab", _DECIDING
    return f"""
        select {_FILE}, {_LINE}, '{entity}' as entity,
            rejected_because, {system} as code_system, {code} as code, {unit} as unit,
            {lab} as performing_lab, {deciding} as is_deciding, checked.patient_id, checked.place
        from staging.checked_{entity} as checked {_OF_FILES}
        where rejected_because is not null
    """


_DECIDING = (
    "coalesce((select decides = 'yes' from protocol.analyte where analyte.analyte ="
    " checked.analyte), true)"
)


def _ragged(entity):
    return f"""
        select {_FILE}, {_LINE}, '{entity}' as entity,
            'ragged_row' as rejected_because, null as code_system, null as code, null as unit,
            null as performing_lab, true as is_deciding, null as patient_id, null as place
        from landing.ragged as checked {_OF_FILES}
    """


def _unmapped(entity):
    code = (
        "code_system, code, name"
        if entity != "patient"
        else "null as code_system, null as code, null as name"
    )
    unit = "unit_reported" if entity == "lab_result" else "null"
    return f"""
        select {_FILE}, '{entity}' as entity, skipped_because, {code},
            {unit} as unit, count(*) as rows
        from staging.checked_{entity} as checked {_OF_FILES}
        where skipped_because in ('unmapped_code', 'other_analyte') group by all
    """


def _unknown_status(entity):
    """Unknown status words: such a result is held, any other record counts for a risk alone; a
    steward should say which is right"""
    return f"""
        select {_FILE}, '{entity}' as entity,
            'unknown_status' as skipped_because, null as code_system, checked.status as code,
            null as name, null as unit, count(*) as rows
        from landing.{entity} as checked {_OF_FILES}
        left join protocol.status
            on status.entity = '{entity}' and status.status = status_key(checked.status)
        where checked.status is not null and status.status is null group by all
    """


def _append_accounts(con, home, rows, transactions):
    con.register("account", pa.Table.from_pylist(rows, lake.arrow_schema("delivery")))
    lake.append(con, home, "delivery", "select * from account", transactions)
    con.unregister("account")


def _row(account, *, received_at, entities="", reference_sha256=None):
    return {
        "source": account.source, "sha256": account.sha256, "file": account.file,
        "entity": account.entity, "entities": entities, "rows": account.rows,
        "accepted": account.accepted, "rejected": json.dumps(account.rejected),
        "duplicates": account.duplicates, "skipped": json.dumps(account.skipped),
        "refused": account.refused, "received_at": received_at,
        "reference_sha256": reference_sha256, "snapshot": account.snapshot,
        "blanked": json.dumps(account.blanked), "withdrawals": account.withdrawals,
        "is_later_delivery_winning": account.is_later_winning,
    }  # fmt: skip


def commit_refusal(home, account, received_at):
    """Append the account of a refused file, once for its bytes and profile."""
    own = transaction_of_refusal(account.source, account.sha256, account.snapshot)
    with closing(connect()) as con:
        _append_accounts(con, home, [_row(account, received_at=received_at)], [own])
