"""What is stored is on the disk, and what could not be is not half there."""

import asyncio
import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.core import Home
from pipeline.receiving.group_commit import GroupCommit
from pipeline.receiving.spool import Rolling, Spool
from tests.mllp import landed, numbers, oru

ROLLING = Rolling(seconds=600, size=10**9, free=1)


@pytest.fixture
def spool(tmp_path):
    return Spool(Home(tmp_path), "hl7v2", ROLLING)


def test_it_is_flushed_once_all_of_it_is_written(spool, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fdatasync", lambda file: flushed.append(os.fstat(file).st_size))
    spool.append([oru(1), oru(2)])
    (path,) = spool.folder.iterdir()
    assert flushed == [path.stat().st_size] == [2 * (len(oru(1)) + 3)]


def _failing(*_):
    raise OSError(errno.EIO, "Input/output error")


def _half(file, data, write=os.write):
    if len(data) < 100:
        raise OSError(errno.ENOSPC, "No space left on device")
    return write(file, data[: len(data) // 2])


@pytest.mark.parametrize(("name", "fault"), [("fdatasync", _failing), ("write", _half)])
def test_what_was_not_stored_is_not_landed_and_the_next_message_is_stored_elsewhere(
    spool, monkeypatch, tmp_path, name, fault
):
    spool.append([oru(1)])
    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(os, name, fault)
        spool.append([oru(2), oru(3)])
    spool.append([oru(4)])
    assert len(list(spool.folder.iterdir())) == 2
    spool.roll()
    assert sorted(numbers(landed(tmp_path))) == ["M1", "M4"]


def test_what_cannot_be_landed_stays_and_is_landed_later(spool, tmp_path):
    spool.append([oru(1)])
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "hl7v2").symlink_to(tmp_path)  # leads elsewhere
    with pytest.raises(NotADirectoryError):
        spool.roll()
    assert spool.due_at is not None
    (tmp_path / "landing" / "hl7v2").unlink()
    spool.roll()
    assert (numbers(landed(tmp_path)), spool.due_at) == (["M1"], None)


class Slow:
    "A spool whose disk is slow: `append` waits to be let go"

    due_at = None

    def __init__(self):
        self.appended, self.go = [], threading.Event()

    def append(self, messages):
        self.go.wait(20)
        self.appended.append(messages)

    def roll(self):
        return 0


def test_nobody_is_told_before_it_is_stored_and_those_who_wait_share_a_flush():
    async def scenario():
        spool = Slow()
        commit = GroupCommit(spool)
        running = asyncio.create_task(commit.run())
        stored = [asyncio.create_task(commit.store([b"1"]))]
        await asyncio.sleep(0.1)
        stored += [asyncio.create_task(commit.store([each])) for each in (b"2", b"3")]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in stored)
        spool.go.set()
        assert await asyncio.gather(*stored) == [True, True, True]
        assert spool.appended == [[b"1"], [b"2", b"3"]]
        commit.stop()
        await running

    with ThreadPoolExecutor(
        1
    ) as apart:  # a browser of another test may have left this thread a loop
        apart.submit(asyncio.run, scenario()).result()
