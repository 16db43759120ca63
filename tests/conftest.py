"Every run of the suite tries the same examples: a failure on one machine is a failure on all"

import os
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.ingest import batching, claims
from pipeline.ingest.apart import Ended
from tests import homes, stores

TESTS = Path(__file__).parent
MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30  # bytes: the folders of a test run take about one

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

# Longest first, by the time that they take beside others: a worker that takes a long file last works on alone when the others
# have ended.
LONGEST = (
    "stack/test_live.py",
    "functional/test_object_store.py",
    "functional/test_nights.py",
    "functional/test_backup.py",
    "browser/test_accessible.py",
    "dags/test_dags.py",
    "functional/test_held.py",
    "functional/test_chaos.py",
    "functional/test_change_over_time.py",
    "functional/test_walk.py",
    "functional/test_modes.py",
    "generative/test_forms.py",
    "generative/test_batches.py",
    "functional/test_small_files.py",
    "functional/test_killed.py",
    "functional/test_commands.py",
    "functional/test_erase.py",
    "generative/test_sql_equals_definition.py",
    "dags/test_arrival.py",
    "functional/test_hostile.py",
    "generative/test_invariants.py",
    "unit/quality/test_gates.py",
    "functional/test_exit_codes.py",
    "browser/test_days.py",
)


def pytest_configure():
    """The folders of tests lie in memory where there is room for them: a test that ingests waits for the disk half of
    its time. $PYTEST_DEBUG_TEMPROOT or --basetemp name another place."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    os.environ.pop("COLUMNS", None)  # xdist sets it, and commands would print for such a terminal


def pytest_collection_modifyitems(items):
    "The files of LONGEST first; the tests of a file stay together and in order"
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture
def in_this_process(monkeypatch):
    "Claimed files are ingested in the process of the test, where it can replace what it wants to see fail"

    def attempt(home, claimed):
        return Ended(claims.ingest_held(home, claimed))

    monkeypatch.setattr(claims, "ingest_apart", attempt)
    monkeypatch.setattr(batching, "ingest_batch_apart", batching.ingest_held_batch)


@pytest.fixture(scope="session")
def postgresql():
    with stores.postgresql() as server:
        yield server


@pytest.fixture(autouse=True)
def stub_gates_unless_marked(request):
    """Gates take two fifths of a small run. They run in a test that is marked `gates`, and in fixtures of a module or
    session; elsewhere a stub finds nothing."""
    with nullcontext() if "gates" in request.keywords else homes.without_gates():
        yield


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    "The folder of homes.demonstration; tests only read it"
    return homes.built_once(tmp_path_factory, "demonstration", homes.demonstration)


@pytest.fixture(scope="session")
def two_nights(tmp_path_factory):
    "The folder of homes.two_nights; tests only read it"
    return homes.built_once(tmp_path_factory, "two_nights", homes.two_nights)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    "An empty worklist store on each of the two databases"
    url = (
        stores.fresh_database(request.getfixturevalue("postgresql"))
        if request.param == "postgresql"
        else None
    )
    found = stores.opened(tmp_path / "home", url)
    yield found
    found.close()
