"""The faults that `make chaos` tries at length, in short: nothing lost, nothing doubled, nothing half published, the same result."""

import shutil

import pytest

from tools.chaos import arriving, damage, disk, fuzz, hostile, receiving, store
from tools.chaos.faults import state
from tools.chaos.killing import AS_OF, b12, finished, kill_and_repeat, work_until_the_end

pytestmark = pytest.mark.slow
SCREEN = ("screen", "--as-of", AS_OF)
BUCKETS = {"B12_BUCKET_PATIENTS": "30"}


@pytest.fixture(scope="module")
def extracts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert finished(
        b12(folder, "demo", "--patients", 150, "--out", folder, "--seed", 5, "--as-of", AS_OF)
    ) == (0, "")
    return folder


@pytest.fixture(scope="module")
def words(extracts):
    return ("run", extracts, "--source", "canonical", "--as-of", AS_OF)


@pytest.fixture(scope="module")
def undisturbed(words, tmp_path_factory):
    "A home that was ingested and screened without any fault, and the seconds of work that it took"
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    process = b12(home, *words)
    seconds = work_until_the_end(process)
    assert finished(process) == (0, "")
    return home, seconds


@pytest.fixture
def given(undisturbed, tmp_path):
    return {"wanted": state(undisturbed[0]), "scratch": tmp_path}


def sound(row):
    assert row.tried and row.is_sound, row


def test_killed_with_the_lake_in_an_object_store_and_while_that_is_away(undisturbed, words, given):
    for row in store.store_faults(words=words, seconds=undisturbed[1], times=1, away=2, **given):
        sound(row)


def test_killed_in_a_bucket_and_while_buckets_are_counted_together(undisturbed, given, tmp_path):
    shutil.copytree(undisturbed[0], tmp_path / "measured", symlinks=True)
    process = b12(tmp_path / "measured", *SCREEN, settings=BUCKETS)
    seconds = work_until_the_end(process)
    assert finished(process) == (0, "")
    known = {"words": SCREEN, "then": [], "seconds": seconds, "settings": BUCKETS}
    sound(kill_and_repeat("kill", prepared=undisturbed[0], times=3, **known, **given))


@pytest.mark.parametrize("command", [("reingest",), ("compact",)], ids=" ".join)
def test_killed_while_the_lake_is_looked_after(undisturbed, given, tmp_path, command):
    shutil.copytree(undisturbed[0], tmp_path / "measured", symlinks=True)
    process = b12(tmp_path / "measured", *command)
    seconds = work_until_the_end(process)
    assert finished(process) == (0, "")
    sound(
        kill_and_repeat(
            "kill",
            prepared=undisturbed[0],
            words=command,
            then=[SCREEN],
            times=2,
            seconds=seconds,
            **given,
        )
    )


@pytest.mark.skipif(not disk.can_mount(), reason="needs the right to mount a small file system")
def test_the_disk_is_full(words, given):
    sound(disk.disk_full(words=words, sizes=[200, 800, 1000], **given))


@pytest.mark.skipif(not disk.can_mount(), reason="needs the right to mount a small file system")
def test_the_disk_can_only_be_read(words, undisturbed, given):
    sound(disk.disk_read_only(words=words, times=2, seconds=undisturbed[1], **given))


def test_several_take_the_same_files_at_once(extracts, given):
    sound(arriving.taken_by_several(extracts=extracts, screen=SCREEN, times=1, **given))


def test_receive_is_killed_while_senders_send_until_they_are_answered(tmp_path):
    sound(receiving.killed_receive(times=1, scratch=tmp_path))


def test_a_delivery_grows_while_it_is_taken(extracts, given):
    sound(arriving.growing(extracts=extracts, screen=SCREEN, times=1, **given))


def test_damaged_files_of_the_lake_are_refused_and_the_backup_brings_them_back(undisturbed, given):
    sound(damage.damaged_lake(prepared=undisturbed[0], screen=SCREEN, times=4, **given))


def test_one_poisoned_row(tmp_path):
    sound(arriving.poisoned(rows=20_000, scratch=tmp_path))


@pytest.mark.parametrize("name", fuzz.formats())
def test_bytes_changed_at_random_give_rows_that_add_up_or_a_refusal_that_quotes_nothing(
    name, tmp_path
):
    tried, _ = fuzz.fuzz(name, 3, tmp_path)
    assert tried


def test_hostile_files_cost_themselves(tmp_path):
    "All kinds but the large ones, which `make chaos` tries, and those of test_quarantine.py"
    left_out = ("a record that needs too much memory", "a file that takes too long")
    kinds = {kind: each for kind, each in hostile.KINDS.items() if kind not in left_out}
    for outcome in hostile.hostile(tmp_path, times=1, kinds=kinds):
        assert outcome.is_sound, outcome
        assert outcome.went_in + outcome.refused + outcome.left == 1, outcome
