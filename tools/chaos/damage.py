"""A file of the lake that is damaged: the night must refuse it, or not need it; the backup brings
the lake back."""

import random
import shutil
import time

from tools.chaos.faults import Row, compared
from tools.chaos.killing import b12, finished


def damage(path, draw):
    """Damage a file in one of the ways in which files are damaged; says how."""
    data = path.read_bytes()
    ways = {
        "gone": None,
        "empty": b"",
        "cut short": data[: draw.randrange(1, len(data))],
        "zeroed": data[: len(data) // 2] + bytes(len(data) - len(data) // 2),
        "flipped": _flipped(data, draw),
        "another file": b"<html>502 Bad Gateway</html>" * 10,
    }
    way = draw.choice(list(ways))
    path.unlink() if ways[way] is None else path.write_bytes(ways[way])
    return way


def _flipped(data, draw):
    "Some bytes in the middle are others"
    changed = bytearray(data)
    for _ in range(8):
        changed[draw.randrange(len(data))] ^= draw.randrange(1, 256)
    return bytes(changed)


def lake_files(home):
    """The Parquet files and the log files of a home's lake."""
    return sorted(
        path
        for path in (home / "lake").rglob("*")
        if path.is_file() and path.suffix in (".parquet", ".json")
    )


def damaged_lake(*, prepared, wanted, screen, times, scratch, seed=1):
    """A random file of the lake is damaged, the night is screened, the lake is restored from the
    backup and screened again; a Row.

    prepared: a home that was screened once. wanted: its state. screen: the command that screens it.
    A night that reads damaged files and still publishes must publish the same.
    """
    fault = "a file of the lake is damaged, then restored"
    began, draw = time.monotonic(), random.Random(seed)
    backup, total = scratch / "backup", Row(fault)
    assert finished(b12(prepared, "backup", backup)) == (0, "")
    for number in range(times):
        home, again = scratch / f"damaged-{number}", scratch / f"restored-{number}"
        shutil.copytree(prepared, home, symlinks=True)
        path = draw.choice(lake_files(home))
        way = damage(path, draw)
        total += _screened(home, screen, wanted, fault, f"{path.parent.name}/{path.name} {way}")
        for command in (("restore", backup, "--unsigned"), screen):
            ended, error = finished(b12(again, *command))
            assert ended == 0, f"b12 {command[0]} ended with {ended}: {error[-800:]}"
        total += compared(fault, again, wanted)
        shutil.rmtree(home), shutil.rmtree(again)
    return total + Row(fault, seconds=time.monotonic() - began)


def _screened(home, screen, wanted, fault, damaged):
    "A Row of a night over a damaged lake: it publishes the same, or says that it must be restored"
    ended, error = finished(b12(home, *screen))
    if ended not in (0, 13) or (ended == 13 and "estore" not in error):
        raise AssertionError(f"{damaged}: b12 screen ended with {ended}: {error[-800:]}")
    if ended == 13:
        return Row(fault)
    published = (home / "runs" / "latest" / "worklist.csv").read_bytes()
    return Row(fault, different=int(published != wanted[2]))
