"""Commit an ingested file: its rows into the lake's tables, then its account; each append happens
once."""

import json
from contextlib import closing

from pipeline import lake
from pipeline.engine import connect
from pipeline.ingest.accounts import accepted_rows, transaction_of_refusal
from pipeline.lake import COLUMNS


def commit(con, home, file, entities, account):
    """Append a DeliveredFile's accepted rows, then the rejected ones, then unmapped codes; its
    account last.

    The account says that all the others are there: so it comes last.
    """
    for entity in entities:
        lake.append(con, home, entity, _accepted(entity), account.transaction)
    rejected = [_ragged(account.entity), *map(_rejected, entities)]
    lake.append(con, home, "rejected_row", " union all ".join(rejected), account.transaction)
    unknown = [
        *map(_unmapped, entities),
        *(_unknown_status(entity) for entity in entities if entity != "patient"),
    ]
    lake.append(con, home, "unmapped_code", " union all ".join(unknown), account.transaction)
    blanked = " union all ".join(map(_blanked, entities))
    lake.append(con, home, "blanked_cell", blanked, account.transaction)
    lake.append(con, home, "code_system_count", _SYSTEMS, account.transaction)
    reference = file.references[0].name.split(".")[0] if file.references else None
    _append_account(con, home, account, entities, file.received_at, reference)


def _accepted(entity):
    return f"""
        select file.source, file.sha256, file.file, file.snapshot, checked.*
        from ({accepted_rows(entity)}) as checked, landing.file
    """


def _blanked(entity):
    return f"""
        select file.source, file.sha256, file.file, checked.line, '{entity}' as entity,
            unnest(checked.blanked) as column_name, checked.patient_id, checked.place
        from ({accepted_rows(entity)}) as checked, landing.file
    """


_SYSTEMS = """
    select file.source, file.sha256, file.file, code_system_count.*
    from staging.code_system_count, landing.file
"""


def _rejected(entity):
    system, code = ("code_system", "code") if entity != "patient" else ("null", "null")
    unit, lab, deciding = "null", "null", "true"
    if entity == "lab_result":
        unit, lab, deciding = "unit_reported", "performing_lab", _DECIDING
    return f"""
        select file.source, file.sha256, file.file, checked.line, '{entity}' as entity,
            rejected_because, {system} as code_system, {code} as code, {unit} as unit,
            {lab} as performing_lab, {deciding} as is_deciding, checked.patient_id, checked.place
        from staging.checked_{entity} as checked, landing.file
        where rejected_because is not null
    """


_DECIDING = (
    "coalesce((select decides = 'yes' from protocol.analyte where analyte.analyte ="
    " checked.analyte), true)"
)


def _ragged(entity):
    return f"""
        select file.source, file.sha256, file.file, ragged.line, '{entity}' as entity,
            'ragged_row' as rejected_because, null as code_system, null as code, null as unit,
            null as performing_lab, true as is_deciding, null as patient_id, null as place
        from landing.ragged, landing.file
    """


def _unmapped(entity):
    code = (
        "code_system, code, name"
        if entity != "patient"
        else "null as code_system, null as code, null as name"
    )
    unit = "unit_reported" if entity == "lab_result" else "null"
    return f"""
        select file.source, file.sha256, file.file, '{entity}' as entity, skipped_because, {code},
            {unit} as unit, count(*) as rows
        from staging.checked_{entity}, landing.file
        where skipped_because in ('unmapped_code', 'other_analyte') group by all
    """


def _unknown_status(entity):
    """Unknown status words: such a result is held, any other record counts for a risk alone; a
    steward should say which is right"""
    return f"""
        select file.source, file.sha256, file.file, '{entity}' as entity,
            'unknown_status' as skipped_because, null as code_system, landed.status as code,
            null as name, null as unit, count(*) as rows
        from landing.{entity} as landed cross join landing.file
        left join protocol.status
            on status.entity = '{entity}' and status.status = status_key(landed.status)
        where landed.status is not null and status.status is null group by all
    """


def _append_account(con, home, account, entities, received_at, reference):
    values = {
        "source": account.source, "sha256": account.sha256, "file": account.file,
        "entity": account.entity, "entities": "|".join(entities), "rows": account.rows,
        "accepted": account.accepted, "rejected": json.dumps(account.rejected),
        "duplicates": account.duplicates, "skipped": json.dumps(account.skipped),
        "refused": account.refused, "received_at": received_at, "reference_sha256": reference,
        "snapshot": account.snapshot, "blanked": json.dumps(account.blanked),
        "withdrawals": account.withdrawals, "is_later_delivery_winning": account.is_later_winning,
    }  # fmt: skip
    assert list(values) == list(COLUMNS["delivery"])
    row = ", ".join(f"${place} as {name}" for place, name in enumerate(values, start=1))
    con.execute(f"create or replace temp table account as select {row}", list(values.values()))
    lake.append(con, home, "delivery", "select * from account", account.transaction)


def commit_refusal(home, account, received_at):
    """Append the account of a refused file, once for its bytes and profile."""
    own = transaction_of_refusal(account.source, account.sha256, account.snapshot)
    refused = account.with_transaction(own)
    with closing(connect()) as con:
        _append_account(con, home, refused, (), received_at, None)
