"""What a command costs, run as a process of its own."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

B12 = (sys.executable, "-m", "pipeline")


@dataclass(frozen=True)
class Cost:
    """seconds: by the clock. processor: seconds of all threads, and of processes that it started.
    peak: the most memory of one of them, in GB."""

    seconds: float
    processor: float
    peak: float


def timed(name, command, *, stdout=subprocess.DEVNULL, watch=None):
    """The Cost of a command, which must succeed; also printed. watch: is called every 50 ms while
    it runs."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=stdout)  # noqa: S603 - our own commands
    status, usage = _ended(process, watch)
    assert status == 0, f"{name} failed"
    seconds = time.monotonic() - started
    cost = Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)
    print(
        f"{name:>13}: {cost.seconds:7.1f} s, {cost.processor:7.1f} s of processor, peak"
        f" {cost.peak:.2f} GB",
        flush=True,
    )
    return cost


def compared(cost, reference):
    """How many times the reference a Cost is. Of processor is the surer where others share it."""
    return (
        f"{cost.seconds / reference.seconds:.1f} times the seconds,"
        f" {cost.processor / reference.processor:.1f} of processor,"
        f" {cost.peak / reference.peak:.1f} of memory"
    )


def verdict(name, number, target, unit=""):
    """A line: a number, and whether it is within its target."""
    met = "met" if number <= target else "not met"
    print(f"{name}: {number:.1f}{unit} (target {target:g}{unit}: {met})", flush=True)


def _ended(process, watch):
    while watch:
        watch()
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return status, usage
        time.sleep(0.05)
    _, status, usage = os.wait4(process.pid, 0)
    return status, usage
