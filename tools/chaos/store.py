"""A lake in an object store: commands are killed while they use it, and it is away for a while."""

import random
import shutil
import time

from tests.object_stores import object_store
from tools.chaos.faults import Row, compared
from tools.chaos.killing import b12, finished, kill_after, wait_for_work

AWAY = 15  # seconds


def store_faults(*, words, seconds, wanted, scratch, times, away=AWAY):
    """A Row of kills and one of outages, each at `times` random moments of a command, which is then
    typed again. words: the command. seconds: its work, undisturbed, with the lake in a folder.
    wanted: the state after it."""
    given = {"words": words, "seconds": seconds, "wanted": wanted, "times": times}
    with object_store() as store:

        def leave(process, moment):
            wait_for_work(process, moment)
            store.go()
            time.sleep(away)
            store.come()
            ended, error = finished(process)
            assert ended in (0, 13), f"{ended}: {error[-500:]}"

        kills, outages = scratch / "killed-beside-a-store", scratch / "left-by-a-store"
        yield _tried("kill −9 with the lake in an object store", kill_after, homes=kills, **given)
        fault = f"the object store of the lake is away for {away} seconds"
        yield _tried(fault, leave, homes=outages, **given)


def _tried(fault, disturb, *, homes, words, seconds, wanted, times, seed=1):
    draw, began, total = random.Random(seed), time.monotonic(), Row(fault)
    for number in range(times):
        home, url = homes / str(number), f"s3://bucket/{homes.name}/{number}"
        settings = {"B12_LAKE_URL": url}
        disturb(b12(home, *words, settings=settings), (number + draw.random()) / times * seconds)
        ended, error = finished(b12(home, *words, settings=settings))
        assert ended == 0, f"{fault}, {number}: {ended}: {error[-500:]}"
        total += compared(fault, home, wanted, lake_url=url)
        shutil.rmtree(home)
    return total + Row(fault, seconds=time.monotonic() - began)
