"The store itself: its form, its people, what it forgets; on both databases"

import threading
import time
import traceback

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.core.errors import StorageError, UsageError
from pipeline.worklist.store import Conflict, open_store
from pipeline.worklist.tables import access, event, item, metadata, note, seen
from pipeline.worklist.upgrade import MIGRATIONS, NEWEST, upgrade
from tests.stores import KIM, TODAY, fill

LONG = "correct horse battery"


def test_the_migrations_make_the_tables_that_the_code_reads(store):
    with store.reading() as con:
        assert compare_metadata(MigrationContext.configure(con), metadata) == []
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_a_store_that_is_there_is_opened_as_it_is(store):
    fill(store, [{}])
    with store.exclusive() as con:
        upgrade(con)
    assert worklist.page(store, worklist.Filter(), today=TODAY).total == 1


def test_a_new_sqlite_store_is_for_its_owner_alone(tmp_path):
    open_store(Home(tmp_path / "home")).close()
    assert (tmp_path / "home" / "worklist.db").stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_not_there_is_a_failure_that_says_so_without_its_password(tmp_path):
    with pytest.raises(StorageError) as failure:
        open_store(Home(tmp_path), url="postgresql+psycopg://b12:s3cret@127.0.0.1:9/none")
    assert "cannot be used" in str(failure.value) and "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    "url", ["no address", "mysql+nothing://x/y", "postgresql+psycopg://host:port/x"]
)
def test_an_invalid_address_is_a_failure(tmp_path, url):
    with pytest.raises(StorageError, match="B12_DATABASE_URL"):
        open_store(Home(tmp_path), url=url)


def test_a_store_of_a_newer_version_is_left_alone(store, tmp_path):
    with store.writing() as con:
        con.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StorageError, match="newer version"):
        open_store(
            Home(tmp_path / "home"), url=store.engine.url.render_as_string(hide_password=False)
        )


def test_what_a_failed_statement_held_is_in_no_message(store):
    with pytest.raises(Conflict, match="rejected the change") as failure, store.writing() as con:
        con.execute(
            text("insert into item (key, patient_id) values (:key, :patient)"),
            {"key": "k", "patient": "PAT-7731"},
        )
    assert "PAT-7731" not in "".join(traceback.format_exception(failure.value))


def test_a_page_that_wakes_items_stands_in_no_nights_way(store):
    "PostgreSQL: the night holds the table and then changes the rows that a page wants to wake"
    fill(store, [{"status": "snoozed", "snoozed_until": TODAY} for _ in range(50)])
    failures, woken = [], []

    def wakes():
        try:
            woken.append(worklist.wake(store, TODAY))
        except Exception as failure:
            failures.append(failure)

    with store.exclusive() as con:
        if not store.is_sqlite:
            con.execute(text("lock table item in share row exclusive mode"))
        thread = threading.Thread(target=wakes)
        thread.start()
        time.sleep(0.5)
        con.execute(text("update item set version = version + 1"))
    thread.join()
    assert (failures, woken) == ([], [50])


def _emptied(store):
    "The database without any table"
    with store.writing() as con:
        for table in [
            "alembic_version",
            *(table.name for table in reversed(metadata.sorted_tables)),
        ]:
            con.execute(text(f"drop table {table}" + ("" if store.is_sqlite else " cascade")))
        if not store.is_sqlite:
            con.execute(
                text(
                    "drop function keep_event, keep_access, keep_seen, keep_break_glass, keep_whole"
                )
            )


def test_of_names_that_differ_in_case_alone_one_goes_on_and_both_are_on_record(store):
    "Written by a version that told Ann from ann"
    _emptied(store)
    with store.writing() as con:
        _migrated(con, "0005")
        people = [("Ann", False), ("ann", True), ("ANN ", False), ("ben", False)]
        for name, is_disabled in people:
            values = {"name": name, "is_disabled": is_disabled}
            con.execute(text(OLD_PERSON), values)
    again = open_store(None, url=store.engine.url.render_as_string(hide_password=False))
    known = {row["name"]: row["is_disabled"] for row in worklist.users(again)}
    assert known == {"ANN ": False, "Ann": True, "ann": True, "ben": False}
    assert all(row["sites"] is None for row in worklist.users(again))
    told = worklist.accesses(again, worklist.Asked(what="user_disable"))
    assert sorted(row["detail"].split(":")[0] for row in told) == ["Ann", "ann"]
    assert worklist.known_name(again, "aNN") == "ANN "
    again.close()


OLD_PERSON = (
    "insert into person (name, role, password_hash, is_disabled, password_version)"
    " values (:name, 'viewer', 'x', :is_disabled, 1)"
)


def _migrated(con, revision):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = con
    command.upgrade(config, revision)


def test_many_open_a_new_store_at_once(store, tmp_path):
    "Each worker and the web app open it when they start"
    _emptied(store)
    failures = []

    def opens():
        try:
            open_store(
                Home(tmp_path / "home"), url=store.engine.url.render_as_string(hide_password=False)
            ).close()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=opens) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    assert worklist.page(store, worklist.Filter(), today=TODAY).total == 0


def test_passwords_and_roles(store):
    worklist.add_user(store, "Ann", role="steward", password=LONG)
    actor = worklist.verify(store, "ann ", LONG)
    assert (actor.name, actor.role) == ("Ann", "steward")
    assert actor.may("coordinator") and not actor.may("admin")
    assert worklist.verify(store, "ann", "wrong") is None
    assert worklist.verify(store, "nobody", LONG) is None
    worklist.change_user(store, "ANN", password="another long one")
    assert worklist.verify(store, "ann", LONG) is None
    worklist.change_user(store, "ann", is_disabled=True)
    assert worklist.verify(store, "ann", "another long one") is None
    with store.reading() as con:
        assert LONG not in str(con.execute(text("select * from person")).all())


def test_users_that_cannot_be(store):
    worklist.add_user(store, "ann", role="viewer", password=LONG)
    for name, role, password, says in (
        ("ANN", "viewer", LONG, "already"), ("ben", "viewer", "Passw0rd1234", "easy to guess"), ("ben", "viewer", "x" * 129, "128"), ("ben", "king", LONG, "not a role"), ("ben", "viewer", "short", "12 characters"), (" ", "viewer", LONG, "1 to 100"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=says):
            worklist.add_user(store, name, role=role, password=password)
    with pytest.raises(UsageError, match="no user"):
        worklist.change_user(store, "nobody", role="viewer")


@pytest.mark.parametrize("name", [
    "nightly run", "Nightly  RUN", "\uff53ingle sign-on", "command line", "Unknown User",  # what the program calls itself
    "an\nn", "ann\u202ebob", "an\u200bn", "\u200b", "ann\u2066", "x" * 101, "\ufdfa" * 100,
], ids=lambda name: ascii(name)[:16])  # fmt: skip
def test_a_name_that_would_pass_for_another_is_none(store, name):
    with pytest.raises(UsageError, match="1 to 100"):
        worklist.add_user(store, name, role="viewer", password=LONG)
    assert worklist.users(store) == []


def test_names_of_people_are_names(store):
    for name in (
        "ann",
        "Ann-Kathrin O'Neill",
        "\u674e\u96f7",
        "\u0645\u0631\u064a\u0645",
        "a.b@c.example",
    ):
        worklist.add_user(store, name, role="viewer", password=LONG)
    assert len(worklist.users(store)) == 5


def test_a_password_is_changed_once_by_what_was_proven(store):
    "Of two who knew the old one, as after an administrator's reset, the second changes nothing"
    worklist.add_user(store, "ann", role="viewer", password=LONG)
    proven = worklist.verify(store, "ann", LONG).password_version
    worklist.change_user(store, "ann", password="three green umbrellas")
    with pytest.raises(UsageError, match="in the meantime"):
        worklist.change_user(store, "ann", password="seven old lanterns", proven=proven)
    assert worklist.verify(store, "ann", "three green umbrellas")


def test_a_forgotten_patient_leaves_nothing_but_that_somebody_was_read(store):
    keys = fill(store, [{"patient_id": "ann"}, {"patient_id": "ben"}])
    worklist.act(
        store, keys["ann"], actor=KIM, version=1, comment="ann likes mornings", today=TODAY
    )
    worklist.note_headache_unrelated(store, keys["ann"], actor=KIM, noted_on=TODAY, today=TODAY)
    seen_items = [worklist.item(store, keys["ann"])["id"]]
    worklist.record_access(store, actor=KIM, what="patient", items=seen_items)
    assert (
        worklist.forget(store, ["ann", "old-ann"]) == 4
    )  # the item, a comment, a note and its event
    assert (
        worklist.item(store, keys["ann"]) is None
        and worklist.item(store, keys["ben"])["patient_id"] == "ben"
    )
    with store.reading() as con:
        assert [
            con.scalar(select(func.count()).select_from(table)) for table in (item, event, note)
        ] == [1, 0, 0]
        told = con.execute(
            select(access.c.what, access.c.who, access.c.rows).order_by(access.c.id)
        ).all()
        assert con.scalar(select(func.count()).select_from(seen)) == 0
    assert told == [("patient", "kim", 1)]
    assert worklist.forget(store, ["ann"]) == 0
