"""A night whose buckets are tasks of Celery workers, one of which is killed and stays away."""

import shutil
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime
from operator import itemgetter
from types import SimpleNamespace
from urllib.parse import quote

import psutil

from pipeline import demo, exports
from pipeline.core import Home, exclusive_lock
from pipeline.runs import parquet_files, read_manifest
from pipeline.screening.night import read_night
from tests.command import b12
from tests.stack.asking import as_admin, get, publish_what_waits, send
from tools.chaos import stack as stacks
from tools.stack import processes, state

DAG = "/api/v2/dags/screen_population"
PATIENTS = 6000


def lost_worker(stack, folder):
    """Deliver a population of several buckets, kill a worker that screens one of them, and wait for the end of the night.

    in_hand: how many buckets the worker had begun. again: the buckets that were tried more than once. was_away: whether the
    worker had not come back by then. runs: how many were published. left: folders of nights that were not removed.
    """
    before = delivered(stack, folder)
    shutil.copytree(stack.home, folder / "home", symlinks=True)
    send(stack, DAG, {"is_paused": False}, "PATCH", **as_admin(stack))
    asked = send(stack, f"{DAG}/dagRuns", {"logical_date": None}, **as_admin(stack))["dag_run_id"]
    worker, in_hand = killed(stack)
    try:
        assert stacks.until(
            lambda: publish_what_waits(stack, as_admin(stack)) and asked_for(stack, asked)
        ), "its buckets were not screened by another"
        was_away = not processes.is_running(stack.process(worker))
    finally:
        state.hold(stack.folder, worker).unlink()  # it comes back, for other tests as well
    [manifest] = asked_for(stack, asked)
    place = f"{DAG}/dagRuns/{quote(asked)}/taskInstances"
    tasks = get(stack, "api-server", place, **as_admin(stack))[1]["task_instances"]
    tasks = [task for task in tasks if task["task_id"] == "screen_bucket"]
    return SimpleNamespace(
        states=[task["state"] for task in tasks],
        again=[task for task in tasks if task["try_number"] > 1], in_hand=in_hand,
        folder=folder, manifest=manifest, was_away=was_away,
        runs=len(published(stack.home) - before), left=list(stack.home.glob("work/night-*")),
        **vars(outputs(stack.home / "runs" / manifest.run_id)),
    )  # fmt: skip


def delivered(stack, folder):
    """Everything is in, and no night is under way; returns the runs that were published before."""
    headers = as_admin(stack)
    demo.write_demo(folder / "files", patients=PATIENTS, seed=6, as_of=datetime.now(UTC).date())
    assert stacks.until(lambda: publish_what_waits(stack, headers))
    send(stack, DAG, {"is_paused": True}, "PATCH", **headers)
    assert stacks.until(lambda: publish_what_waits(stack, headers)), "one began meanwhile"
    before = published(stack.home)
    for entity in ("patient", "lab_result"):
        stack.drop(folder / "files" / f"{entity}.csv")
    assert stacks.until(lambda: not stack.waits() and publish_what_waits(stack, headers))
    assert published(stack.home) == before
    return before


def asked_for(stack, run):
    """The manifests of what was published for a run of the DAG: one, or none yet."""
    found = [read_manifest(stack.home / "runs" / name) for name in published(stack.home)]
    return [manifest for manifest in found if manifest.asked_by == run and manifest.published]


def published(home):
    return {path.parent.name for path in home.glob("runs/2*/manifest.json")}


def killed(stack):
    """Kill a worker, with all that it started, while it screens buckets, and keep it away; returns its name, and how many it had
    in hand. They begin together: until all of them can, a lock keeps them waiting."""
    assert stacks.until(lambda: list(stack.home.glob("work/night-*/night.json")))
    with exclusive_lock(Home(stack.home), "buckets"):  # the night is planned
        [night] = stack.home.glob("work/night-*")
        assert stacks.until(lambda: sum(in_hand(stack).values()) == len(read_night(night).buckets))
        worker, begun = max(in_hand(stack).items(), key=lambda each: each[1])
    while not list(night.glob("building-*/*")):
        time.sleep(0.01)
    state.hold(stack.folder, worker).touch()
    send_all(stack.process(worker)[0], signal.SIGKILL)
    return worker, begun


def in_hand(stack):
    "How many buckets each worker screens, or waits to screen"
    lock = str(stack.home / "locks" / "buckets")
    workers = {name: family(stack.process(name)[0]) for name in ("worker", "worker-2")}
    return {name: sum(lock in opened(pid) for pid in pids) for name, pids in workers.items()}


def opened(pid):
    with suppress(psutil.NoSuchProcess):
        return {file.path for file in psutil.Process(pid).open_files()}
    return set()


def send_all(leader, number):
    "Parents first: none of them tells of the end of its child"
    for pid in sorted(family(leader)):
        processes.send(pid, number)


def family(leader):
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(leader).children(recursive=True)
        return {leader, *processes.members(leader), *(child.pid for child in children)}
    return set()


def in_one_piece(lost):
    """The outputs of the same home, screened by one command in one piece."""
    home = lost.folder / "home"
    answer = b12(home, "screen", "--as-of", lost.manifest.as_of)
    assert answer.code == 0, answer.err
    return outputs(home / "runs" / "latest")


def outputs(run):
    return SimpleNamespace(
        worklist=(run / "worklist.csv").read_bytes(),
        assessed=sorted(exports.published(run, everyone=True), key=itemgetter("patient_id")),
        parts=len(parquet_files(run, "assessment")),
    )
