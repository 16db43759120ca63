"A folder for patients' rows that are worked on"

import stat

from pipeline.core import private_folder
from pipeline.core.config import Home


def test_it_is_its_owners_alone_and_goes_with_what_killed_processes_left(tmp_path):
    home = Home(tmp_path)
    left = home.work / "follow-1-abc" / "spill"
    left.mkdir(parents=True)
    other = home.work / "screen-1-abc"
    other.mkdir()
    with private_folder(home, "follow") as first, private_folder(home, "follow") as second:
        assert sorted(home.work.iterdir()) == sorted([first, second, other])
        assert stat.S_IMODE(first.stat().st_mode) == 0o700
    assert list(home.work.iterdir()) == [other]


def test_where_the_home_can_only_be_read_it_is_a_temporary_one(tmp_path, monkeypatch):
    home = Home(tmp_path)
    monkeypatch.setattr("pipeline.core.locks.os.access", lambda path, mode: False)
    with private_folder(home, "follow") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == [] and not folder.exists()
