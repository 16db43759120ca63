"""Many small files are ingested in one pass: one append a table, each file with its own account, whatever one of them does to the others."""

import fcntl
import gzip
import io
import json
import zipfile
from collections import Counter

import pytest

from pipeline import run
from pipeline.core import Home
from pipeline.ingest import batching, claims, ingest
from pipeline.lake import open_table, query
from pipeline.lake.tables import append
from pipeline.readers import batch
from tests.generative.test_batches import drop, kept
from tests.mllp import oru

HEADER = "patient_id,code,value,unit,collected_at\n"


class Killed(BaseException):
    "As if the process ended here"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    home = Home(tmp_path / "home")
    for source in ("canonical", "hl7v2"):
        run.land(home, [], source)
    return home


def csv(number, rows=1):
    return HEADER + "".join(f"P{number}-{row},2132-9,110,pg/mL,2026-01-10\n" for row in range(rows))


def csvs(*numbers):
    return [(f"lab_result_{number:02}.csv", csv(number)) for number in numbers]


def take(home):
    return {account.file: account for account in run.ingest_waiting(home)}


def patients(home):
    rows = query(home, "select patient_id from lake.lab_result order by all")
    return [row["patient_id"] for row in rows]


def test_files_of_one_kind_are_one_append_and_an_account_each(home):
    drop(home, "canonical", csvs(*range(30)))
    accounts = take(home)
    assert [account.accepted for account in accounts.values()] == [1] * 30
    assert (open_table(home, "lab_result").version(), open_table(home, "delivery").version()) == (
        1,
        1,
    )
    [delivered] = query(
        home, "select count(*) as n, count(distinct received_at) as times from lake.delivery"
    )
    assert delivered == {"n": 30, "times": 30}
    evidence = query(home, "select file, line, patient_id from lake.lab_result")
    assert all(row["line"] == 2 and row["patient_id"][1:-2] in row["file"] for row in evidence[:9])
    assert len(list(home.archive.rglob("*.csv"))) == 30 and not list(home.claimed.rglob("*.csv"))


@pytest.mark.usefixtures("in_this_process")
def test_a_batch_that_fails_is_taken_apart_until_the_file_at_fault_is_alone(home, monkeypatch):
    drop(home, "canonical", csvs(*range(16)))
    tried, real = [], batching.ingest_held_batch

    def fails_with_seven(home, claimed):
        tried.append(len(claimed))
        at_fault = any("_07" in file.name for file in claimed)
        return None if at_fault else real(home, claimed)

    monkeypatch.setattr(batching, "ingest_batch_apart", fails_with_seven)
    assert len(take(home)) == 16
    assert tried == [16, 8, 4, 4, 2, 2, 8]
    assert len(set(patients(home))) == 16


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("source", ["canonical", "hl7v2"])
def test_a_refused_file_takes_no_other_with_it(home, source):
    good = csvs(1, 2, 3) if source == "canonical" else [(f"{n}.hl7", oru(n)) for n in (1, 2, 3)]
    good = [(name, text if isinstance(text, str) else text.decode()) for name, text in good]
    bad = good[1][0].replace("2", "0"), "nothing of the kind\n"
    drop(home, source, [*good, bad])
    accounts = take(home)
    assert {name for name, account in accounts.items() if account.refused} == {bad[0]}
    assert sum(account.accepted for account in accounts.values()) == len(good) * (
        1 if source == "canonical" else 2
    )
    assert [path.suffix for path in (home.root / "refused").rglob("*.*")] == [bad[0][-4:]]


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("kept_appends", range(5))
def test_killed_between_two_appends_of_a_batch_nothing_is_lost_or_doubled(
    home, tmp_path, monkeypatch, kept_appends
):
    "Also where one of its files comes again under another name, with files that are new"
    files = [
        *csvs(1, 2, 3), ("lab_result_04.csv", csv(4).replace("110", "none")),
        ("lab_result_05.csv", HEADER + "P5,2132-9\n" + csv(5)[len(HEADER) :]),
        ("lab_result_06.csv", csv(6).replace("2132-9", "no-code")),
    ]  # fmt: skip
    drop(home, "canonical", files)
    done = []

    def dies(*arguments):
        if len(done) == kept_appends:
            raise Killed
        done.append(arguments[2])
        return append(*arguments)

    with monkeypatch.context() as killed, pytest.raises(Killed):
        killed.setattr("pipeline.lake.append", dies)
        take(home)
    drop(home, "canonical", [("lab_result_00.csv", files[0][1]), *csvs(7, 8)])
    take(home)
    undisturbed = Home(tmp_path / "undisturbed")
    run.land(undisturbed, [], "canonical")
    drop(undisturbed, "canonical", [*files, *csvs(7, 8)])
    take(undisturbed)
    wanted, found = (
        {
            table: Counter({row: n for row, n in rows.items() if "received_at" not in row})
            for table, rows in kept(one).items()
        }
        for one in (undisturbed, home)
    )
    assert found == wanted
    accounts = "select sum(accepted) as accepted, count(*) as n from lake.delivery"
    assert query(home, accounts) == query(undisturbed, accounts)


@pytest.mark.usefixtures("in_this_process")
def test_killed_while_it_is_read_each_file_is_next_read_alone(home, monkeypatch):
    drop(home, "canonical", csvs(1, 2, 3))

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(ingest, "validate_batch", dies)
        claimed = run.claim_waiting(home)
        with pytest.raises(Killed):
            list(run.ingest_claimed_batch(home, claimed))
        [retried] = run.ingest_claimed_batch(home, claimed[:1])
        assert retried.accepted == 1
    assert [len(batch) for batch in claims.batches(run.claim_waiting(home))] == [1, 1]
    assert len(take(home)) == 2
    assert list(home.attempts.iterdir()) == []


@pytest.mark.usefixtures("in_this_process")
def test_a_file_that_another_process_holds_keeps_no_other_waiting(home):
    drop(home, "canonical", csvs(1, 2, 3, 4))
    claimed = run.claim_waiting(home)
    with (home.root / claimed[1].path).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        accounts = list(run.ingest_claimed_batch(home, claimed))
    assert [account.file for account in accounts] == [claimed[n].name for n in (0, 2, 3)]
    assert len(take(home)) == 1 and len(patients(home)) == 4


def test_what_is_large_or_was_tried_before_is_a_batch_of_its_own_between_those_around_it():
    def file(name, size=10, is_new=True, source="a", kind="lab_result"):
        return claims.ClaimedFile(source, name, name, kind, size=size, is_new=is_new)

    files = [
        file("1"), file("2", size=2_000_000), file("3"), file("4", source="b"), file("5", is_new=False), file("6.csv.gz", size=60_000),
        file("7", kind="patient"), file("8", kind=None), file("9", source="b"), file("10"),
    ]  # fmt: skip
    found = [[one.name for one in batch] for batch in claims.batches(files)]
    assert found == [["1"], ["2"], ["3"], ["4", "9"], ["5"], ["6.csv.gz"], ["7"], ["8"], ["10"]]
    many = [file(str(number), size=900_000) for number in range(250)]
    assert max(map(len, claims.batches(many))) == 35
    compressed = [file(f"{number}.csv.gz", size=40_000) for number in range(50)]
    assert max(map(len, claims.batches(compressed))) == 40


@pytest.mark.parametrize(
    ("opted_out", "accepted", "batches"),
    [(["false"] * 10, [2] + [1] * 9, 1), (["false"] * 4 + ["true"] * 6, [2, 1, 1, 1, 2, 1, 1, 1, 1, 1], 3)],
)  # fmt: skip
def test_only_another_statement_about_a_patient_ends_the_batch(home, opted_out, accepted, batches):
    drop(home, "canonical", [
        (f"patient_{number:02}.csv", f"patient_id,opted_out\np,{said}\nq{number},false\n") for number, said in enumerate(opted_out)
    ])  # fmt: skip
    assert [account.accepted for account in take(home).values()] == accepted
    assert open_table(home, "delivery").version() == batches


def zipped(name, text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def test_compressed_files_are_read_with_the_others_as_if_they_were_not_compressed(home, tmp_path):
    plain = csvs(*range(12))
    packed = [
        (f"{name}.gz", gzip.compress(text.encode())) if number % 3 == 0
        else (f"{name}.zip", zipped(name, text)) if number % 3 == 1 else (name, text)
        for number, (name, text) in enumerate(plain)
    ]  # fmt: skip
    drop(home, "canonical", packed)
    accounts = take(home)
    assert [account.accepted for account in accounts.values()] == [1] * 12
    assert open_table(home, "delivery").version() == 1  # one append
    other = Home(tmp_path / "other")
    run.land(other, [], "canonical")
    drop(other, "canonical", plain)
    take(other)
    read = "select * exclude (sha256, file) from lake.lab_result order by all"
    assert query(home, read) == query(other, read)


def bundle(number):
    result = {
        "resourceType": "Observation", "id": str(number), "status": "final", "subject": {"reference": f"Patient/{number}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]}, "effectiveDateTime": "2026-01-10",
        "valueQuantity": {"value": 110, "unit": "pg/mL"},
    }  # fmt: skip
    return json.dumps(
        {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": result}]}
    ).encode()


@pytest.mark.parametrize(
    ("source", "name", "content", "records"),
    [("hl7v2", "oru_{}.hl7.gz", oru, 2), ("fhir_r4", "bundle_{}.json.gz", bundle, 1)],
)
def test_compressed_messages_and_bundles_are_read_together(home, source, name, content, records):
    run.land(home, [], source)
    files = [(name.format(number), gzip.compress(content(number))) for number in range(10)]
    drop(home, source, files)
    assert [account.accepted for account in take(home).values()] == [records] * 10
    assert open_table(home, "delivery").version() == 1


def test_a_small_file_that_unpacks_to_much_is_read_alone(home, monkeypatch):
    monkeypatch.setattr(batch, "LARGEST", 50_000)
    monkeypatch.setenv("B12_FILE_UNPACKED_BYTES", "60MB")
    large = (csv("large", rows=2_000)).encode()
    bomb = gzip.compress(b"\n" * 90_000_000)
    files = [
        *csvs(1, 2),
        ("lab_result_03.csv.gz", gzip.compress(large)),
        ("lab_result_04.csv.gz", bomb),
        *csvs(5),
    ]
    drop(home, "canonical", files)
    accounts = take(home)
    assert [accounts[name].accepted for name, _ in files] == [1, 1, 2_000, 0, 1]
    assert [name for name, account in accounts.items() if account.refused] == [
        "lab_result_04.csv.gz"
    ]
    assert not list(home.work.iterdir())
