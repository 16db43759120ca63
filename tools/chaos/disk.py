"""A full disk and a read-only disk, on a small file system in memory; mounting it needs
permission."""

import os
import subprocess
import time
from contextlib import contextmanager

from tools.chaos.faults import Row, compared
from tools.chaos.killing import b12, finished

ROOMY = "1g"


def can_mount():
    """Whether this account may mount file systems."""
    return (
        os.geteuid() == 0
        and subprocess.run(
            ["unshare", "--mount", "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


@contextmanager
def small_disk(folder, size):
    """A file system in memory of so many bytes (as `4m`) at a folder, and a function that mounts it
    anew with other options."""
    folder.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder], check=True
    )
    try:
        yield lambda options: subprocess.run(
            ["mount", "-o", f"remount,{options}", folder], check=True
        )
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def disk_full(*, wanted, words, sizes, scratch, code=0):
    """The disk is full at some moment of a command, more room is made, the command is typed again;
    a Row for all sizes (kilobytes)."""
    fault, began = "the disk is full", time.monotonic()
    total = Row(fault)
    for size in sizes:
        with small_disk(scratch / f"full-{size}", f"{size}k") as remount:
            home = scratch / f"full-{size}" / "home"
            _refused(fault, b12(home, *words), code)
            remount(f"size={ROOMY}")
            total += _repeated(fault, home, words, wanted, code)
    return total + Row(fault, seconds=time.monotonic() - began)


def disk_read_only(*, wanted, words, times, seconds, scratch, code=0):
    """The disk can only be read from some moment on (as after an error of its own), then again be
    written; a Row."""
    fault, began = "the disk can only be read", time.monotonic()
    total = Row(fault)
    for moment in range(times):
        with small_disk(scratch / f"read-only-{moment}", ROOMY) as remount:
            home = scratch / f"read-only-{moment}" / "home"
            running = b12(home, *words)
            time.sleep((moment + 0.5) / times * seconds)
            subprocess.run(
                ["mount", "-o", "remount,ro", home.parent], check=False, capture_output=True
            )  # refused while a file is open to write
            finished(running)
            remount("rw")
            total += _repeated(fault, home, words, wanted, code)
    return total + Row(fault, seconds=time.monotonic() - began)


def _refused(fault, process, code):
    ended, error = finished(process)
    if ended not in (13, code) or "Traceback" in error:
        raise AssertionError(f"{fault}: ended with {ended}: {error[-800:]}")


def _repeated(fault, home, words, wanted, code):
    ended, error = finished(b12(home, *words))
    if ended != code:
        raise AssertionError(f"{fault}: afterwards it ended with {ended}: {error[-800:]}")
    return compared(fault, home, wanted)
