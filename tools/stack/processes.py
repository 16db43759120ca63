"""Processes by what cannot be mistaken: a number with the instant of its start, for numbers are
given out again."""

import os
import signal
import time

import psutil

ZOMBIE = psutil.STATUS_ZOMBIE


def identity(pid):
    """`[pid, start]` of a process that was just started; it may have ended already."""
    try:
        return [pid, psutil.Process(pid).create_time()]
    except psutil.NoSuchProcess:
        return [pid, time.time()]


def is_running(identified):
    """Whether exactly this process runs; identified: as from `identity`, or None."""
    if identified is None:
        return False
    pid, started = identified
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_given_again(identified):
    """Whether the number of a process that has ended belongs to a later one."""
    pid, started = identified
    try:
        return psutil.Process(pid).create_time() > started + 1
    except psutil.NoSuchProcess:
        return False


def members(leader):
    """The numbers of the processes in the session that a process began, also when it has ended and
    they have not."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if process.info["status"] != ZOMBIE and os.getsid(process.pid) == leader:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


def sweep(identified):
    """Kill what is left of the session of a process. Nothing, where its number belongs to another
    process by now."""
    if is_given_again(identified):
        return
    while left := members(identified[0]):
        for one in left:
            send(one, signal.SIGKILL)
        time.sleep(0.02)


def send(pid, number):
    """A signal to a process, which may have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def end(identified, *, number=signal.SIGTERM, seconds):
    """Ask a process to end, wait, and kill what is left of its session."""
    if is_running(identified):
        send(identified[0], number)
    deadline = time.monotonic() + seconds
    while is_running(identified) and time.monotonic() < deadline:
        time.sleep(0.05)
    sweep(identified)
