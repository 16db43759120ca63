"""The process beside an ingest in which files are read, one after the other, so that the worst file
costs only itself.

Jobs come on standard input, a line of JSON each; what became of each goes to standard output. After
anything unexpected the process ends, and the next file gets a new one.
"""

import json
import logging
import os
import queue
import resource
import signal
import sys
import threading
import time
import warnings
from dataclasses import asdict
from pathlib import Path

from pipeline.core import Failure, Home, OutOfMemory, place_of, restrict_umask
from pipeline.ingest import attempts
from pipeline.ingest.batching import ingest_held_batch
from pipeline.ingest.claims import ClaimedFile, ingest_held

READING = []  # the home and the path of each file that is being read
STANDSTILL, LEAST_WORK = 60, 0.05  # seconds, and of those the seconds of work that are expected
PATIENCE = 10  # times as long, where the lake is in an object store, which may be away meanwhile


def main():
    """Serve jobs until standard input ends, or something unexpected happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the ingest gets it too, and ends this process
    answers = _silence()
    for job in iter(_jobs().get, None):
        answer = _answer(job)
        # what the allocators keep of a large file leaves the next one less
        is_last = "error" in answer or _data() > job["memory"] / 2
        print(json.dumps({**answer, "is_last": is_last}), file=answers, flush=True)
        if is_last:
            break
    os._exit(0)  # what is left of a failed file may keep an interpreter from ending


def _jobs():
    """A queue of the jobs; with the end of standard input the ingest has ended, and so does this.
    Where it was stopped, by a user or a scheduler, the file that is read is not at fault."""
    jobs = queue.SimpleQueue()

    def listen():
        for line in sys.stdin.buffer:
            if line == attempts.STOP and READING:
                for reading in READING:
                    attempts.take_back(*reading)
            elif line != attempts.STOP:
                jobs.put(json.loads(line))
        os._exit(0)  # whatever the file is doing to the main thread

    threading.Thread(target=listen, daemon=True).start()
    return jobs


def _silence():
    """Only this program's own sentences leave the process: what a library prints, warns of or logs
    goes nowhere. Returns the file for answers."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nowhere, standard)
    warnings.simplefilter("ignore")
    sys.unraisablehook = threading.excepthook = lambda _: None
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.addFilter(logging.Filter("pipeline"))
    logging.getLogger().addHandler(handler)
    return answers


def _answer(job):
    try:
        return _ingested(job)
    except (OutOfMemory, MemoryError):
        return {"error": "OutOfMemory"}
    except Failure as failure:
        return {"failure": type(failure).__name__, "says": str(failure)}
    except OSError as error:
        name = None if error.filename is None else os.fsdecode(error.filename)
        found = {"error": type(error).__name__, "at": place_of(error)}
        return {**found, "errno": error.errno, "filename": name}
    # a file is hostile: whatever it causes is told to the process that counts the attempts
    except BaseException as error:
        return {"error": type(error).__name__, "at": place_of(error)}


def _ingested(job):
    restrict_umask()
    os.chdir(job["folder"])
    for name in [name for name in os.environ if name.startswith(("B12_", "AWS_"))]:
        del os.environ[name]
    os.environ.update(job["environment"])
    home = Home(Path(job["home"]), job["lake_url"])
    claimed = [ClaimedFile(**file) for file in job["claimed"]]
    watch = _Watch(STANDSTILL * (PATIENCE if home.lake_url else 1))

    def before(step):
        if step == "read":
            READING.extend((home, home.root / file.path) for file in claimed)
            _limit(resource.RLIMIT_DATA, job["memory"])
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + job["seconds"])
            watch.start()
        else:
            READING.clear()
            _lift_limits()

    try:
        if len(claimed) == 1:
            accounts = [ingest_held(home, claimed[0], before=before)]
        else:
            accounts = ingest_held_batch(home, claimed, before=before)
        return {"accounts": accounts and [asdict(one) if one else None for one in accounts]}
    finally:
        READING.clear()
        watch.is_over.set()
        _lift_limits()


class _Watch(threading.Thread):
    "Ends this process when it stands still: threads that found no memory may wait for each other"

    def __init__(self, standstill):
        super().__init__(daemon=True)
        self.standstill = standstill
        self.is_over = threading.Event()

    def run(self):
        done = -1.0
        while not self.is_over.wait(self.standstill):
            if time.process_time() - done < LEAST_WORK:
                os.kill(os.getpid(), signal.SIGKILL)
            done = time.process_time()


def _limit(kind, most):
    "Only the soft limit, so that it can be lifted: what was judged is stored whatever it takes"
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _lift_limits():
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_CPU):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard, hard))


def _data():
    "Bytes of memory that count against the limit; 0 where the system does not tell"
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmData:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    main()
