"""Erasing a patient while another process was killed, is running, or kills it; and in files that could not be read."""

import bz2
import fcntl
import gzip
import io
import lzma
import os
import shutil
import threading
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import worklist
from pipeline.core import UsageError
from pipeline.core.config import Home
from pipeline.core.locks import private_folder
from pipeline.erasure import ledger
from pipeline.erasure import orphan_cleanup as erase_left
from pipeline.erasure import patient as erase
from pipeline.ingest import ingest
from pipeline.lake import layout
from pipeline.lake.queries import query
from pipeline.run import claim_waiting, compact_lake, ingest_claimed, land
from tests.command import b12, deliver, run
from tests.functional.test_erase import named_in
from tests.homes import LOW

PEOPLE = ["id-ann", "id-bob", "id-cat"]


class Killed(BaseException):
    "What no code catches"


def kill(*_, **__):
    raise Killed


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    people = [
        {
            "patient_id": one,
            "birth_date": "1950-01-01",
            "merged_into": "id-ann" if one == "id-bob" else "",
        }
        for one in PEOPLE
    ]
    home = tmp_path_factory.mktemp("home")
    run(
        home,
        deliver(
            tmp_path_factory.mktemp("in"),
            patient=people,
            lab_result=[{"patient_id": one, **LOW} for one in PEOPLE],
        ),
    )
    return home


@pytest.fixture
def home(once, tmp_path):
    return Home(shutil.copytree(once, tmp_path / "home", symlinks=True))


def claim(home, tmp_path, text):
    "One claimed file"
    land(home, [deliver(tmp_path / "more", lab_result=text)], "canonical")
    [claimed] = claim_waiting(home)
    return claimed


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("is_refused", [False, True])
def test_a_file_whose_ingest_was_killed_after_its_last_commit_is_looked_at(
    home, tmp_path, monkeypatch, is_refused
):
    more = (
        "nothing\nid-ann\n"
        if is_refused
        else "patient_id,code,value,unit,collected_at\nid-ann,2132-9,120,pg/mL,2026-01-20\n"
    )
    claimed = claim(home, tmp_path, more)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(ingest, "move_to_folder", kill)
        ingest_claimed(home, claimed)
    assert b12(home.root, "erase", "id-ann", "--yes").code == 0
    assert named_in(home.root, "id-ann") == [] and not (home.root / claimed.path).exists()
    assert b12(home.root, "reingest").code == 0
    assert query(home, "select patient_id from lake.lab_result") == [{"patient_id": "id-cat"}]


def test_files_of_the_lake_that_a_killed_sort_left_go(home, monkeypatch):
    "Its log never named them"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(layout, "commit", kill)
        layout.compact(home)
    assert list(home.lake.glob("*/sorted-*"))
    assert b12(home.root, "erase", "id-ann", "--yes").code == 0
    assert named_in(home.root, "id-ann") == []
    assert query(home, "select patient_id from lake.lab_result") == [{"patient_id": "id-cat"}]


@pytest.mark.usefixtures("in_this_process")
def test_a_file_that_a_living_process_holds_is_put_away_by_it_and_brings_no_patient_back(
    home, tmp_path, monkeypatch
):
    "It was ingested by a process that was killed, and the next one waits for the erasing"
    claimed = claim(
        home,
        tmp_path,
        "patient_id,code,value,unit,collected_at\nid-ann,2132-9,120,pg/mL,2026-01-20\n",
    )
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(ingest, "move_to_folder", kill)
        ingest_claimed(home, claimed)
    into = ingest.read_profile

    def waits(*arguments, **named):
        ingest.read_profile = into
        store = worklist.open_store(home)
        erase._erase_unlocked(home, store, "id-ann", who="x", is_dry_run=False)
        store.close()
        return into(*arguments, **named)

    monkeypatch.setattr(ingest, "read_profile", waits)
    assert ingest_claimed(home, claimed).duplicates == 1
    assert named_in(home.root, "id-ann") == []


def test_killed_before_it_counted_the_ledger_knows_every_id_of_the_patient(home, monkeypatch):
    "Each ID is recognised in an older backup, made before the patients were merged"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(erase.worklist, "record_access", kill)
        erase.erase(home, "id-ann", who="x")
    assert erase.erase(home, "id-ann", who="x").rows == {}
    marks = {mark for line in ledger.entries(home.root / ledger.LEDGER) for mark in line["ids"]}
    assert marks == {ledger.mark_of(ledger.key_of(home), one) for one in ("id-ann", "id-bob")}


def test_nothing_is_deleted_before_the_ledger_says_who_goes(home, monkeypatch):
    monkeypatch.setattr(erase.ledger, "write", kill)
    before = named_in(home.root, "id-ann")
    with pytest.raises(Killed):
        erase.erase(home, "id-ann", who="x")
    assert named_in(home.root, "id-ann") == before


def test_a_worklist_that_is_followed_meanwhile_makes_no_new_item(home, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(worklist, "follow", lambda *_, **__: {})
        assert b12(home.root, "screen", "--as-of", "2026-02-01").code == 0
    cut, stores = erase.in_packed, []

    def followed(*arguments):
        if not stores:
            stores.append(worklist.open_store(home))
            assert worklist.follow(home, stores[0])
            stores[0].close()
        return cut(*arguments)

    monkeypatch.setattr(erase, "in_packed", followed)
    erase.erase(home, "id-ann", who="x")
    store = worklist.open_store(home)
    assert list(worklist.patient_ids(store)) == ["id-cat"]
    store.close()


def test_killed_in_the_archive_it_leaves_nothing_that_another_erasing_misses(home, monkeypatch):
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(erase, "in_packed", kill)
        erase.erase(home, "id-ann", who="x")
    gone = home.runs / ".gone-20260101T000000Z-abcdef"
    shutil.copytree((home.runs / "latest").resolve(), gone)
    left = [
        home.archive / "canonical" / name
        for name in (".0a.csv.part", "0a.part", ".0a.ndjson.gz.plain")
    ]
    for path in left:
        path.write_text("id-ann")
    erase.erase(home, "id-ann", who="x")
    assert named_in(home.root, "id-ann") == []
    assert not gone.exists() and not any(path.exists() for path in left)
    assert not list(home.root.rglob("*.part"))


def test_a_folder_that_has_just_gone_is_not_an_error(home, monkeypatch):
    for name in ("screen-1-abc", "screen-2-abc"):
        (home.work / name).mkdir(parents=True)
    opened = os.open

    def vanished(path, *arguments, **named):
        if str(path).endswith("screen-1-abc") and path.exists():
            path.rmdir()
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", vanished)
    with private_folder(home, "screen"):
        pass
    (home.work / "screen-1-abc").mkdir()
    with pytest.raises(UsageError):
        erase.erase(home, "nobody", who="x")
    assert list(home.work.iterdir()) == []


def test_a_folder_is_not_swept_away_before_its_owner_has_locked_it(home, monkeypatch):
    make, sweepers = Path.mkdir, []

    def made(path, *arguments, **named):
        make(path, *arguments, **named)
        if path.name.startswith("screen-"):
            sweepers.append(threading.Thread(target=erase_left.sweep, args=[home]))
            sweepers[0].start()
            sweepers[0].join(0.5)

    monkeypatch.setattr(Path, "mkdir", made)
    with private_folder(home, "screen") as folder:
        sweepers[0].join()
        assert folder.is_dir()


REFUSED = """x
7,110
77,7.5
107;2026-01-07
kept-7,7-kept,3.7
Patient/7|x
sent for 7.
7.0,1
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_of_a_refused_file_go_the_lines_in_which_the_id_is_a_word(tmp_path, encoding):
    home = tmp_path / "home"
    (tmp_path / "lab_result.csv").write_bytes(REFUSED.encode(encoding))
    assert b12(home, "ingest", tmp_path / "lab_result.csv", "--source", "canonical").code == 10
    assert b12(home, "erase", "7", "--yes").out == "Erased 4 rows: refused 4.\n"
    [path] = (home / "refused").rglob("*.csv")
    assert path.read_bytes().decode(encoding).splitlines() == [
        "x",
        "",
        "77,7.5",
        "107;2026-01-07",
        "kept-7,7-kept,3.7",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-16"])
def test_an_id_with_an_umlaut_is_found_in_a_refused_file_of_any_encoding(tmp_path, encoding):
    text = "xé\nMüll,110\nMüller,120\nx-Müll,130\n"
    (tmp_path / "lab_result.csv").write_bytes(text.encode(encoding))
    assert (
        b12(tmp_path / "home", "ingest", tmp_path / "lab_result.csv", "--source", "canonical").code
        == 10
    )
    assert b12(tmp_path / "home", "erase", "Müll", "--yes").out == "Erased 1 row: refused 1.\n"
    [path] = (tmp_path / "home" / "refused").rglob("*.csv")
    assert path.read_bytes().decode(encoding) == text.replace("Müll,110", "")


def test_a_refused_file_of_two_encodings_or_of_none_is_looked_at_too(tmp_path):
    home = tmp_path / "home"
    data = b"x\xe9\nM\xc3\xbcll\nM\xfcll\r\n\x85kept\x85\n\0\xd8\xff"
    (tmp_path / "lab_result.csv").write_bytes(data)
    assert b12(home, "ingest", tmp_path / "lab_result.csv", "--source", "canonical").code == 10
    assert b12(home, "erase", "Müll", "--yes").out == "Erased 2 rows: refused 2.\n"
    [path] = (home / "refused").rglob("*.csv")
    assert path.read_bytes() == b"x\xe9\n\n\r\n\x85kept\x85\n\0\xd8\xff"


def zipped(data):
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lab.csv", data)
    return file.getvalue()


@pytest.mark.parametrize("ending", [".csv", ".CSV.GZ", ".bin", ""])
@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress,
        zipped,
        bz2.compress,
        lzma.compress,
        lambda data: pa.compress(data, "zstd", asbytes=True),
        lambda data: b"PAR1" + data,
    ],
    ids=["gzip", "zip", "bzip2", "xz", "zstd", "parquet"],
)
def test_a_refused_file_whose_words_cannot_be_seen_goes_whole_whatever_its_name(
    home, packed, ending
):
    path = home.refused / "canonical" / f"{'0' * 64}{ending}"
    path.parent.mkdir(parents=True)
    path.write_bytes(packed(b"x,y\nid-ann,110\n" * 50))
    assert erase.erase(home, "id-ann", who="x").rows["refused"] == 1
    assert not path.exists()


@pytest.mark.parametrize("name", ["a.PARQUET", "a.csv.GZ", "a.gz"])
def test_one_whose_head_is_damaged_goes_by_its_name(home, name):
    (home.refused / "canonical").mkdir(parents=True)
    (home.refused / "canonical" / name).write_bytes(b"damaged")
    assert erase.erase(home, "id-ann", who="x").rows["refused"] == 1


@pytest.mark.parametrize("text", ["PK\nid-ann\n", "BZh\nid-ann\n", "PAR\nid-ann\n"])
def test_a_text_that_begins_like_one_keeps_its_other_lines(home, text):
    path = home.refused / "canonical" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert erase.erase(home, "id-ann", who="x").rows["refused"] == 1
    assert path.read_text() == text.replace("id-ann", "")


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_id_is_a_mistake_and_erases_nothing(home, empty):
    before = sorted(path for path in home.root.rglob("*") if path.is_file())
    answer = b12(home.root, "erase", empty, "--yes")
    assert answer.code == 2 and "Give a patient ID" in answer.err
    assert sorted(path for path in home.root.rglob("*") if path.is_file()) == before


def test_files_are_merged_under_the_lock_of_the_process_that_writes_the_lake(home, monkeypatch):
    seen = []
    monkeypatch.setattr("pipeline.run.lake.compact", lambda _: seen.extend(locked(home)))
    compact_lake(home)
    assert seen == ["ingest"]


def locked(home):
    for path in (home.root / "locks").iterdir():
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield path.name


def test_killed_between_the_archive_and_the_lake_the_next_one_finishes_what_it_began(
    tmp_path, monkeypatch
):
    "Words of codes and rows that could not be read are found by what is left of the files"
    people = [{"patient_id": "id-ann", **LOW, "code": "X-ANN", "name": "the test of Ann"}, {"patient_id": "id-bob", **LOW}]  # fmt: skip
    folder = deliver(tmp_path / "in", lab_result=[*people, {"patient_id": "id-ann", **LOW}])
    with (folder / "lab_result.csv").open("a") as file:
        file.write("id-ann,too,few\n")
    home = Home(tmp_path / "home")
    assert b12(home.root, "ingest", folder, "--source", "canonical").code == 0
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(erase, "erase_traces", kill)
        erase.erase(home, "id-ann", who="x")
    assert [row["rejected_because"] for row in query(home, "from lake.rejected_row")] == [
        "ragged_row"
    ]
    assert b12(home.root, "erase", "id-ann", "--yes").code == 0
    for table in ("unmapped_code", "rejected_row"):
        assert query(home, f"from lake.{table}") == []


def test_what_was_left_in_a_reference_and_a_claimed_file_by_a_kill_goes(home):
    left = [
        home.root / "reference" / "canonical" / name
        for name in (".x.csv.part", "..x.csv.part.plain")
    ]
    left.append(home.claimed / "canonical" / "own" / ".a.csv.part")
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("id-ann")
    assert b12(home.root, "erase", "id-ann", "--yes").code == 0
    assert not [path for path in left if path.exists()]


def test_a_delivery_whose_name_ends_like_a_file_of_ours_stays(tmp_path):
    profile = tmp_path / "any.yaml"
    profile.write_text("extends: canonical\nprofile: any\nfiles: {lab_result: ['*']}\n")
    for name in ("a.plain", "a.sha256", "a"):
        (deliver(tmp_path / name, lab_result=[{"patient_id": one, **LOW, "comment": name} for one in PEOPLE]) / "lab_result.csv").rename(tmp_path / name / name)  # fmt: skip
        assert b12(tmp_path / "home", "ingest", tmp_path / name, "--source", profile).code == 0
    assert b12(tmp_path / "home", "erase", "nobody", "--yes").code == 2
    assert b12(tmp_path / "home", "erase", "id-ann", "--yes").code == 0
    assert named_in(tmp_path / "home", "id-ann") == []
    answer = b12(tmp_path / "home", "reingest")
    assert answer.code == 0, answer.err
    assert len(query(Home(tmp_path / "home"), "from lake.lab_result")) == 6
