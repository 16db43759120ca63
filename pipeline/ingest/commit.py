"""Commit an ingested file: its rows into the lake's tables, then its account; each append happens once."""

import json

from pipeline import lake
from pipeline.engine import connect
from pipeline.lake import COLUMNS


def commit(con, home, account, delivered, *, received_at, reference):
    "Accepted rows, then rejected, then unmapped codes, and the account last: it says that all the others are there"
    for entity in delivered:
        lake.append(con, home, entity, (
            f"select file.source, file.sha256, file.file, file.snapshot, checked.* from staging.checked_{entity} as checked, landing.file "
            "where skipped_because is null and rejected_because is null "
            f"and (line, place) not in (select (line, place) from staging.duplicate_row where entity = '{entity}')"
        ), account.transaction)  # fmt: skip
    lake.append(con, home, "rejected_row", " union all ".join([_ragged(account.entity), *map(_rejected, delivered)]), account.transaction)
    unknown = [*map(_unmapped, delivered), *(_unknown_status(entity) for entity in delivered if entity != "patient")]
    lake.append(con, home, "unmapped_code", " union all ".join(unknown), account.transaction)
    _commit_account(con, home, account, delivered, received_at=received_at, reference=reference)


def _rejected(entity):
    system, code = ("code_system", "code") if entity != "patient" else ("null", "null")
    unit, lab = ("unit_reported", "performing_lab") if entity == "lab_result" else ("null", "null")
    return (
        f"select file.source, file.sha256, file.file, checked.line, '{entity}' as entity, rejected_because, {system} as code_system, "
        f"{code} as code, {unit} as unit, {lab} as performing_lab from staging.checked_{entity} as checked, landing.file "
        "where rejected_because is not null"
    )


def _ragged(entity):
    return (
        f"select file.source, file.sha256, file.file, ragged.line, '{entity}' as entity, 'ragged_row' as rejected_because, "
        "null as code_system, null as code, null as unit, null as performing_lab from landing.ragged, landing.file"
    )


def _unmapped(entity):
    code = "code_system, code, name" if entity != "patient" else "null as code_system, null as code, null as name"
    return (
        f"select file.source, file.sha256, file.file, '{entity}' as entity, skipped_because, {code}, count(*) as rows "
        f"from staging.checked_{entity}, landing.file where skipped_because in ('unmapped_code', 'other_analyte') group by all"
    )


def _unknown_status(entity):
    "Status words that nothing knows: such a result is held, any other record counts; a steward should say which is right"
    return (
        f"select file.source, file.sha256, file.file, '{entity}' as entity, 'unknown_status' as skipped_because, null as code_system, "
        f"landed.status as code, null as name, count(*) as rows from landing.{entity} as landed cross join landing.file "
        f"left join protocol.status on status.entity = '{entity}' and status.status = word_key(landed.status) "
        "where landed.status is not null and status.status is null group by all"
    )


def _commit_account(con, home, account, delivered, *, received_at, reference):
    con.execute("create or replace temp table account as select * from (values (" + ", ".join("?" * 14) + ")) as account("
        + ", ".join(COLUMNS["delivery"]) + ")", [
            account.source, account.sha256, account.file, account.entity, "|".join(delivered), account.rows, account.accepted,
            json.dumps(account.rejected), account.duplicates, json.dumps(account.skipped), account.refused, received_at,
            reference.name.split(".")[0] if reference else None, account.snapshot,
        ])  # fmt: skip
    lake.append(con, home, "delivery", "select * from account", account.transaction)


def commit_refusal(home, account, received_at):
    con = connect()
    refused = f"{account.transaction}-refused"
    if lake.open_table(home, "delivery") is None or lake.open_table(home, "delivery").transaction_version(refused) is None:
        _commit_account(con, home, account.renamed(refused), (), received_at=received_at, reference=None)
    con.close()
