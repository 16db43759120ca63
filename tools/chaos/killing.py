"""kill −9 of a command at a random time, then the command is run again."""

import multiprocessing
import os
import random
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.cli import main
from pipeline.core import REPOSITORY
from tools.chaos.faults import Row, compared

AS_OF = "2026-01-31"
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tools.chaos.ready"])


class Command:
    """A `b12` in a process of its own, with the methods of `subprocess.Popen` needed here."""

    def __init__(self, words, settings):
        self._said, says = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=_run, args=(words, os.environ | settings, says))
        self._process.start()
        says.close()  # so that reading ends when the command does

    @property
    def pid(self):
        return self._process.pid

    @property
    def returncode(self):
        return self._process.exitcode

    def kill(self):
        self._process.kill()

    def communicate(self):
        """Wait for the end; returns (None, stderr as bytes)."""
        with self._said, open(self._said.fileno(), "rb", closefd=False) as stderr:
            error = stderr.read()
        self._process.join()
        return None, error


def _run(words, environment, stderr):
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(REPOSITORY)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(stderr.fileno(), 2)
    stderr.close()
    sys.exit(main(words))


def b12(home, *words, settings=None):
    """Start `b12` in a process of its own, forked from one that has imported everything: returns a
    Command. settings: environment variables besides."""
    return Command([*map(str, words), "--home", str(home)], settings or {})


def finished(process):
    """Wait for a command; returns its exit code and what it said on stderr."""
    _, error = process.communicate()
    return process.returncode, error.decode()


def work_done(process):
    """Seconds of processor time, of the process in which files are read, too: unlike the clock,
    they hardly depend on what else the machine does. None when it has ended."""
    return _work_of(process.pid)


def _work_of(pid):
    folder = Path(f"/proc/{pid}")
    try:
        fields = (folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        threads = [path.read_text(encoding="ascii") for path in folder.glob("task/*/children")]
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] == "Z":
        return None
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_work_of(child) or 0 for child in " ".join(threads).split())


def work_until_the_end(process):
    """CPU seconds that a command used."""
    done = 0
    while (now := work_done(process)) is not None:
        done = now
        time.sleep(0.01)
    return done


def wait_for_work(process, seconds):
    """Return once so much work is done, or all."""
    while (now := work_done(process)) is not None and now < seconds:
        time.sleep(0.005)


def kill_after(process, seconds):
    """Kill once so much work is done; returns whether it had not ended by itself."""
    wait_for_work(process, seconds)
    process.kill()
    process.communicate()
    return process.returncode == -9


def kill_and_repeat(
    fault, *, prepared, wanted, words, then, times, seconds, scratch, seed=1, code=0, settings=None
):
    """A command killed at `times` moments spread over its work, each time in a copy of a prepared
    home, and then typed again.

    prepared: a home, or None for an empty one. seconds: of work, undisturbed. words: the command,
    with {home} for the home. then: the commands that follow. wanted: the state after all that,
    undisturbed. code: how the command ends by itself. settings: as for `b12`. Returns a Row.
    """
    draw, began = random.Random(seed), time.monotonic()
    moments = [(moment + draw.random()) / times * 0.97 * seconds for moment in range(times)]

    def tried(number):
        home = scratch / f"killed-{words[0]}-{number}"
        if prepared:
            shutil.copytree(prepared, home, symlinks=True)
        mine = [str(word).replace("{home}", str(home)) for word in words]
        kill_after(b12(home, *mine, settings=settings), moments[number])
        for command, expected in [(mine, code), *((each, 0) for each in then)]:
            ended, error = finished(b12(home, *command, settings=settings))
            assert ended == expected, f"{fault}, {number}: {command[0]}: {ended}: {error[-500:]}"
        row = compared(fault, home, wanted)
        shutil.rmtree(home)
        return row

    with ThreadPoolExecutor(os.cpu_count()) as several:
        return sum(several.map(tried, range(times)), Row(fault)) + Row(
            fault, seconds=time.monotonic() - began
        )
