"""A claimed file is ingested in a child process with limits; what became of it."""

import atexit
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Any

from pipeline import core
from pipeline.core import (
    REPOSITORY,
    Failure,
    StorageError,
    counted,
    memory_of_a_file,
    memory_of_its_database,
    settings,
)
from pipeline.ingest.accounts import Account
from pipeline.ingest.attempts import STOP

# Address space that is reserved and never used counts against the limit
FRUGAL = {
    "MALLOC_ARENA_MAX": "2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
}
BATCH_SECONDS = (
    120  # of the processor: a batch takes some two; if it takes more, one file is to blame
)
NO_WORKER = (
    "The process that reads files cannot be started. Check the installation (b12 doctor), the"
    " machine's memory and its limit of processes, then type the command again."
)
MEMORY_SIGNALS = ("SIGKILL", "SIGABRT", "SIGSEGV")  # how a process ends that gets none
# Of the installation and not of the file: the ingest stops, and continues where it stopped
OF_THE_DISK = ("ENOSPC", "EDQUOT", "EROFS", "EIO", "EACCES", "EPERM", "EMFILE", "ENFILE", "ESTALE")


@dataclass(frozen=True)
class Ended:
    """What became of one attempt. account: of the file, None where another process has it, or it
    grows, or the attempt failed. failed: why it did, or None. is_final: another attempt would end
    the same."""

    account: Account | None = None
    failed: str | None = None
    is_final: bool = False


class _Worker:
    "The process in which files are read: started with the first one, and anew if killed"

    def __init__(self):
        self._process, self._owner, self._lock = None, 0, threading.Lock()

    def ask(self, job) -> dict[str, Any]:
        "The answer to a job, or `{signal}` where the process was killed"
        with self._lock:
            process, answer = self._started(), b""
            assert process.stdin and process.stdout
            try:
                with suppress(BrokenPipeError):
                    process.stdin.write(json.dumps(job).encode() + b"\n")
                    process.stdin.flush()
                answer = process.stdout.readline()
            finally:
                if not answer:  # it was killed; or this process is told to end, and it, too
                    with suppress(BrokenPipeError):
                        process.stdin.write(STOP)
                        process.stdin.flush()
                    _end(process)
            if not answer and process.returncode >= 0:
                raise StorageError(NO_WORKER)
            known = json.loads(answer) if answer else {"signal": -process.returncode}
            if known.get("is_last"):
                _end(process)
            return known

    def _started(self) -> subprocess.Popen[bytes]:
        # a process that was forked from this one must not share its pipes
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            paths = os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.ingest.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | FRUGAL | {"PYTHONPATH": paths},
            )
        return self._process

    def end(self):
        """End the process, where this one has started it."""
        if self._process and self._owner == os.getpid() and self._process.poll() is None:
            _end(self._process)


def _end(process):
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.wait()
    process.stdout.close()


WORKER = _Worker()
atexit.register(WORKER.end)


def ingest_apart(home, claimed):
    """One attempt at a ClaimedFile in a process with limits; returns Ended. Raises the Failure that
    it met, and StorageError where the disk cannot be used."""
    answer = _answer(home, [claimed])
    if "accounts" in answer:
        [account] = answer["accounts"]
        return Ended(_account(account))
    if "signal" in answer:
        return _killed(answer["signal"])
    if answer.get("errno") is not None:
        _check_disk(home, answer)
    return Ended(failed=_why(answer))


def ingest_batch_apart(home, claimed):
    """One attempt at ClaimedFiles together, in a process with limits; returns as `ingest_batch`, or
    None where it failed or was killed. Raises as `ingest_apart`."""
    answer = _answer(home, claimed)
    if answer.get("errno") is not None:
        _check_disk(home, answer)
    accounts = answer.get("accounts")
    return None if accounts is None else [_account(values) for values in accounts]


def _answer(home, claimed):
    answer = WORKER.ask(_job(home, claimed))
    if "failure" in answer:
        kind = getattr(core, answer["failure"], Failure)
        raise kind(answer["says"])
    return answer


def _account(values):
    return Account(**values | {"notes": tuple(values["notes"])}) if values else None


def _job(home, claimed):
    passed_on = ("B12_", "AWS_")
    variables = {name: each for name, each in os.environ.items() if name.startswith(passed_on)}
    return {
        "home": str(home.root.absolute()),
        "lake_url": home.lake_url,
        "folder": str(Path.cwd()),
        "claimed": [asdict(file) for file in claimed],
        "environment": variables | {"B12_MEMORY": memory_of_its_database()},
        "memory": memory_of_a_file(),
        "seconds": min(settings().file_seconds, BATCH_SECONDS if len(claimed) > 1 else inf),
    }


def _killed(number):
    if number == signal.SIGXCPU:
        seconds = settings().file_seconds
        return Ended(
            failed=f"reading it takes more than {counted(seconds, 'second')} of the processor"
            " (B12_FILE_SECONDS): deliver it in parts, or raise the limit",
            is_final=True,
        )
    name = signal.Signals(number).name
    likely = f": most likely {_too_much_memory()}" if name in MEMORY_SIGNALS else ""
    return Ended(failed=f"the process that read it was ended by {name}{likely}")


def _too_much_memory():
    return (
        "reading it needs more memory than is allowed,"
        f" {memory_of_a_file() // 1_000_000:,} MB (B12_FILE_MEMORY), {memory_of_its_database()} of"
        " it for DuckDB (B12_MEMORY): deliver it in parts, or raise the limits"
    )


def _why(answer):
    if answer["error"] == "OutOfMemory":
        return _too_much_memory()
    place = f" at {answer['at']}" if answer["at"] else ""
    return f"reading it failed unexpectedly ({answer['error']}{place}): report it"


def _check_disk(home, answer):
    code = errno.errorcode.get(answer["errno"])
    if code in OF_THE_DISK:
        raise StorageError(
            f"{answer['filename'] or home.root}: {os.strerror(answer['errno'])}. Check the path,"
            " its permissions and the disk."
        )
