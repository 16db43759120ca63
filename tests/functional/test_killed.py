"""kill -9 in the middle of `b12 run`, ten times, then run again: as if nothing had happened, with a refused file among the others."""

from pathlib import Path

import pytest

from tools.chaos.faults import state
from tools.chaos.killing import AS_OF, b12, finished, kill_and_repeat, work_until_the_end

MOMENTS = 10


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads the processor time of a process from /proc"
)
@pytest.mark.slow
def test_a_killed_run_run_again_is_as_one_undisturbed_run(tmp_path):
    folder, undisturbed = tmp_path / "demo", tmp_path / "undisturbed"
    assert finished(
        b12(undisturbed, "demo", "--patients", 150, "--out", folder, "--seed", 5, "--as-of", AS_OF)
    ) == (0, "")
    (folder / "lab_result_bad.csv").write_text("no header\n", encoding="utf-8")
    words = ("run", folder, "--source", "canonical", "--as-of", AS_OF)
    process = b12(undisturbed, *words)
    seconds = work_until_the_end(process)
    ended, said = finished(process)
    assert ended == 10 and "1 file was refused whole" in said
    row = kill_and_repeat(
        "kill",
        prepared=None,
        wanted=state(undisturbed),
        words=words,
        then=[],
        times=MOMENTS,
        seconds=seconds,
        scratch=tmp_path,
        code=10,
    )
    assert (row.tried, row.is_sound) == (MOMENTS, True), row
