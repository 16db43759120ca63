"""A lake in an object store: what a home does there is the same, byte for byte, as with a lake in its folder."""

import threading
from contextlib import closing

import pytest

from pipeline import lake
from pipeline.backup import create_backup
from pipeline.core import Home, LakeUnavailable
from pipeline.engine import connect
from pipeline.ingest import replay
from pipeline.lake import layout, places, query, tables
from pipeline.lake.object_store import files_of
from pipeline.run import screen_again
from tests.command import AS_OF, b12, deliver, latest
from tests.homes import LOW, copied, without_gates
from tests.object_stores import files, object_store

URL = "s3://bucket/lakes/one"
PEOPLE = ["ann", "bob", "cat"]


@pytest.fixture(scope="module")
def store():
    with object_store() as running:
        yield running


@pytest.fixture
def url(store, request, monkeypatch):
    "A prefix of the test's own, which the settings name as the lake"
    address = f"s3://bucket/{request.node.name.split('[')[0][:60]}"
    monkeypatch.setenv("B12_LAKE_URL", address)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")  # else a store that is away costs ten seconds
    return address


@pytest.fixture(scope="module")
def screened(store, demonstration, tmp_path_factory):
    "A home that ingested and screened the demonstration, with its lake in the store"
    home = tmp_path_factory.mktemp("store") / "home"
    with pytest.MonkeyPatch.context() as environment, without_gates():
        environment.setenv("B12_LAKE_URL", URL)
        answer = b12(
            home,
            "run",
            demonstration / "extracts",
            "--source",
            "canonical",
            "--as-of",
            AS_OF,
        )
    assert answer.code == 0, answer.err
    return Home(home, URL)


@pytest.fixture
def there(screened, url, tmp_path):
    "A copy of that home, and of its lake, to be changed"
    home = Home(copied(screened.root, tmp_path / "home"), url)
    places.remember(home)
    files().cp(URL, url, recursive=True)
    return home


@pytest.fixture
def small(url, tmp_path):
    "A home of a few patients, with its lake in the store"
    home = Home(tmp_path / "home", url)
    assert b12(home.root, "ingest", of_people(tmp_path / "in"), "--source", "canonical").code == 0
    return home


def of_people(folder, people=PEOPLE):
    return deliver(folder, lab_result=[{"patient_id": one, **LOW} for one in people])


def results(home):
    rows = query(home, "select patient_id from lake.lab_result order by all")
    return [row["patient_id"] for row in rows]


def screens_as(home, demonstration):
    "Whether the worklist of a new screening is that of the home with a lake in its folder"
    answer = b12(home.root, "screen", "--as-of", AS_OF)
    assert answer.code == 0, answer.err
    ours, theirs = latest(home.root, "worklist.csv"), latest(demonstration / "home", "worklist.csv")
    return ours == theirs


def test_the_worklist_is_the_same_and_nothing_of_the_lake_is_in_the_home(screened, demonstration):
    assert latest(screened.root, "worklist.csv") == latest(demonstration / "home", "worklist.csv")
    assert not screened.lake.exists()


def test_another_host_with_an_empty_home_screens_the_same_lake(
    screened, demonstration, tmp_path, monkeypatch
):
    monkeypatch.setenv("B12_LAKE_URL", URL)
    other = Home(tmp_path / "other", URL)
    assert screens_as(other, demonstration)
    more = of_people(tmp_path / "more")
    for words in (("ingest", more, "--source", "canonical"), ("compact",)):
        answer = b12(other.root, *words)  # the locks of the two homes do not know each other
        assert answer.code == 2 and "another home" in answer.err


def test_sorted_replayed_restored_and_without_an_erased_patient_it_is_the_same(
    there, demonstration, tmp_path, monkeypatch
):
    assert b12(there.root, "compact").code == 0
    assert all(layout.SORTED in path for path in _files_of(there, "lab_result"))
    assert b12(there.root, "reingest").code == 0
    names = sorted(key.split("/")[-1] for key in files().ls(there.lake_url))
    assert [name.split("-")[0] for name in names] == ["beside", places.NOTE]  # the old one is gone
    assert b12(there.root, "backup", tmp_path / "backup").code == 0
    monkeypatch.setenv("B12_LAKE_URL", f"{there.lake_url}-restored")
    home = Home(tmp_path / "restored", f"{there.lake_url}-restored")
    assert b12(home.root, "restore", tmp_path / "backup", "--unsigned").code == 0
    assert not home.lake.exists()
    assert screens_as(home, demonstration)
    monkeypatch.delenv("B12_LAKE_URL")  # a backup is the same for every kind of lake
    folder = Home(tmp_path / "in a folder")
    assert b12(folder.root, "restore", tmp_path / "backup", "--unsigned").code == 0
    first = latest(home.root, "worklist.csv").decode().splitlines()[1].split(",")[0].strip('"')
    worklists = []
    for each in (folder, home):
        monkeypatch.setenv("B12_LAKE_URL", each.lake_url or "")
        assert b12(each.root, "erase", first, "--yes").code == 0
        assert b12(each.root, "screen", "--as-of", AS_OF).code == 0
        worklists.append(latest(each.root, "worklist.csv"))
    assert worklists[0] == worklists[1] != latest(demonstration / "home", "worklist.csv")


def test_a_backup_copies_what_is_new(small, tmp_path):
    assert create_backup(small, tmp_path / "backup")["copied"] > len(lake.TABLES)
    assert create_backup(small, tmp_path / "backup")["copied"] == 0
    appended(small, "dan", "dan")
    assert create_backup(small, tmp_path / "backup")["copied"] == 2  # a file, and its commit


def test_a_restore_takes_no_address_at_which_there_is_a_lake(small, tmp_path):
    assert b12(small.root, "backup", tmp_path / "backup").code == 0
    answer = b12(tmp_path / "new", "restore", tmp_path / "backup", "--unsigned")
    assert answer.code == 2 and small.lake_url in answer.err
    assert results(small) == PEOPLE


def test_an_erased_patient_is_in_no_object(small):
    assert b12(small.root, "erase", "bob", "--yes").code == 0
    assert results(small) == ["ann", "cat"]
    held = {f"s3://{key}" for key in files().find(small.lake_url) if key.endswith(".parquet")}
    assert held == {path for table in lake.TABLES for path in _files_of(small, table)}


def _files_of(home, table):
    delta = lake.open_table(home, table)
    return lake.file_paths(delta) if delta else ()


def appended(home, patient, transaction):
    with closing(connect()) as con:
        columns = ", ".join(
            f"{'$patient' if name == 'patient_id' else 'null'} as {name}"
            for name in lake.COLUMNS["lab_result"]
        ).replace("$patient", f"'{patient}'")
        return lake.append(con, home, "lab_result", f"select {columns}", [transaction])


def test_of_writers_at_once_none_loses_what_another_committed(small):
    names, failed = [f"one-{number}" for number in range(6)], []

    def write(name):
        try:
            appended(small, name, name)
        except LakeUnavailable as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert results(small) == sorted(PEOPLE + names)


def test_a_store_that_would_lose_a_commit_is_refused(url, tmp_path, monkeypatch, in_this_process):
    store = files_of(Home(tmp_path, url))
    put = store.pipe_file
    monkeypatch.setattr(store, "pipe_file", lambda path, value, **_: put(path, value))
    answer = b12(tmp_path / "home", "ingest", of_people(tmp_path / "in"), "--source", "canonical")
    assert answer.code == 13 and "If-None-Match" in answer.err
    assert not files().exists(url)


class Killed(BaseException):
    "What no code catches"


def test_an_append_that_is_killed_before_its_commit_leaves_nothing_that_counts(small, monkeypatch):
    before = files().find(small.lake_url)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(tables, "commit", kill)
        appended(small, "dan", "dan")
    assert results(small) == PEOPLE
    assert len(set(files().find(small.lake_url)) - set(before)) == 1
    assert [appended(small, "dan", "dan") for _ in range(2)] == [1, 0]
    assert lake.vacuum(small, keep_hours=0)["lab_result"] == 1
    assert results(small) == sorted([*PEOPLE, "dan"])


def kill(*_, **__):
    raise Killed


def test_a_commit_whose_answer_is_lost_is_not_made_twice(small, monkeypatch):
    commit = tables.commit

    def unheard(*words):
        commit(*words)
        raise OSError("the connection was reset")

    with monkeypatch.context() as patched, pytest.raises(LakeUnavailable):
        patched.setattr(tables, "commit", unheard)
        appended(small, "dan", "dan")
    assert appended(small, "dan", "dan") == 0
    assert results(small) == sorted([*PEOPLE, "dan"])


def test_a_replay_that_is_killed_before_its_last_put_leaves_the_old_lake(small, monkeypatch):
    before = lake.lake_id(small)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("pipeline.ingest.replay.swap", kill)
        replay.reingest(small)
    assert (lake.lake_id(small), results(small)) == (before, PEOPLE)
    replay.reingest(small)
    assert lake.lake_id(small) != before and results(small) == PEOPLE
    assert len(files().ls(small.lake_url)) == 2


def test_a_run_that_read_the_lake_before_a_replay_is_not_screened_from_the_new_one(small):
    assert b12(small.root, "screen", "--as-of", AS_OF).code == 0
    run = (small.runs / "latest").resolve().name
    assert screen_again(small, run).is_same
    replay.reingest(small)
    with pytest.raises(LakeUnavailable, match="no longer exist"):
        screen_again(small, run)


def test_while_the_store_is_away_commands_say_so_and_a_rerun_loses_and_doubles_nothing(
    small, store, tmp_path
):
    more = of_people(tmp_path / "more", ["dan"])
    store.go()
    try:
        for words in (
            ("ingest", more, "--source", "canonical"),
            ("screen", "--as-of", AS_OF),
            ("compact",),
            ("backup", tmp_path / "backup"),
            ("erase", "ann", "--yes"),
        ):
            answer = b12(small.root, *words)
            assert (answer.code, answer.err.count("\n")) == (13, 1), words
            assert f"The lake at {small.lake_url} cannot be reached" in answer.err
            assert not {"a-secret-key", "an-id", "Traceback", "127.0.0.1"} & set(answer.err.split())
        doctor = b12(small.root, "doctor")
        assert f"The lake at {small.lake_url} cannot be reached" in doctor.out
    finally:
        store.come()
    assert b12(small.root, "ingest", more, "--source", "canonical").code == 0
    assert results(small) == sorted([*PEOPLE, "dan"])
    assert not list((small.root / "quarantine").rglob("*.csv"))


def test_a_store_that_goes_away_while_it_is_read_is_told_in_our_words(small, store):
    def go(con):
        con.execute("select count(*) from lake.lab_result")
        store.go()

    try:
        with pytest.raises(LakeUnavailable, match="cannot be reached") as told:
            query(small, "select max(comment) from lake.lab_result", before=go)
    finally:
        store.come()
    assert "Traceback" not in str(told.value)


def test_an_outage_of_a_moment_is_waited_out(small, store, monkeypatch):
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    store.go()
    back = threading.Timer(1, store.come)
    back.start()
    try:
        assert appended(small, "dan", "dan") == 1
    finally:
        back.join()


def test_a_home_whose_lake_is_elsewhere_than_the_settings_say_is_not_begun_anew(
    small, tmp_path, monkeypatch
):
    more = of_people(tmp_path / "more", ["dan"])
    for url in (f"{small.lake_url}-other", ""):
        monkeypatch.setenv("B12_LAKE_URL", url)
        answer = b12(small.root, "ingest", more, "--source", "canonical")
        assert answer.code == 2 and small.lake_url in answer.err
    assert b12(tmp_path / "folder", "ingest", more, "--source", "canonical").code == 0
    monkeypatch.setenv("B12_LAKE_URL", f"{small.lake_url}-other")
    answer = b12(tmp_path / "folder", "ingest", more, "--source", "canonical")
    assert answer.code == 2 and "b12 restore" in answer.err


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("B12_LAKE_URL", "s3://somebody@bucket/lake", "B12_LAKE_URL"),
        ("B12_LAKE_URL", "/srv/lake", "B12_LAKE_URL"),
        ("AWS_ALLOW_HTTP", "", "AWS_ALLOW_HTTP=true"),
    ],
)
def test_an_address_that_is_none_or_not_private_is_refused(
    url, tmp_path, monkeypatch, name, value, told
):
    monkeypatch.setenv(name, value)
    answer = b12(tmp_path / "home", "screen")
    assert answer.code == 2 and told in answer.err and "somebody" not in answer.err


def test_the_doctor_says_where_erased_patients_would_stay(small):
    assert f"The lake is at {small.lake_url}" in b12(small.root, "doctor").out
    files().make_bucket_versioned("bucket", True)
    try:
        assert "lifecycle rule" in b12(small.root, "doctor").out
    finally:
        files().make_bucket_versioned("bucket", False)


def test_a_lost_file_is_not_told_as_a_store_that_is_away(small):
    with closing(connect()) as con:
        lake.attach(con, small)
        con.execute("from lake.lab_result").fetchall()  # its size is known from now on
    [path] = _files_of(small, "lab_result")
    files().rm(path)
    with pytest.raises(LakeUnavailable, match="missing or damaged"):
        results(small)
    assert "Lake files are missing: lab_result 1" in b12(small.root, "doctor").out


def test_a_note_that_cannot_be_read_is_told(small):
    files().pipe_file(f"{small.lake_url}/{places.NOTE}", b"{}")
    answer = b12(small.root, "screen")
    assert answer.code == 13 and f"{small.lake_url}/{places.NOTE}" in answer.err
