"""The copy that takes a claimed file's place: whole, or none, and nothing left open."""

import shutil
from pathlib import Path

import pytest

from pipeline.landing import put_copy_in_place

OPEN = Path("/proc/self/fd")


def test_a_copy_that_fails_leaves_the_file_and_no_descriptor(tmp_path, monkeypatch):
    path = tmp_path / "claimed.csv"
    path.write_text("a,b\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with path.open("rb") as source:
        before = len(list(OPEN.iterdir()))
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                put_copy_in_place(path, source)
        assert len(list(OPEN.iterdir())) == before
    assert [each.name for each in tmp_path.iterdir()] == ["claimed.csv"]
    assert path.read_text() == "a,b\n"
