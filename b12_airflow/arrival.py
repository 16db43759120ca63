"""What wakes the ingest: triggers that watch where deliveries arrive. An event wakes and says no
more; the folder says what waits."""

import asyncio
import json
import time
from pathlib import Path

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from pipeline.core import settings

LOOK_EVERY = 1.0
STORE_EVERY = 10.0
AGAIN_AFTER = 60.0
GAP = 5.0


class DeliveryTrigger(BaseEventTrigger):
    """Fires when complete deliveries wait in the landing folder of a home, and again as long as
    they still wait.

    So a wake-up that is lost is made good by the next. `every`, `again`: seconds between looks, and
    between wake-ups for the same files.
    """

    def __init__(self, home: str, every: float = LOOK_EVERY, again: float = AGAIN_AFTER):
        super().__init__()
        self.home, self.every, self.again = home, every, again

    def serialize(self):
        return f"{type(self).__module__}.{type(self).__name__}", {
            "home": self.home,
            "every": self.every,
            "again": self.again,
        }

    async def run(self):
        # what a look imports would keep every other trigger waiting for its seconds
        look = await asyncio.to_thread(self.looking)
        told, told_at = set(), -self.again
        while True:
            found = await asyncio.to_thread(self._looked, look)
            told &= found  # what was claimed may come again under the same name
            since = time.monotonic() - told_at
            if (found - told and since >= GAP) or (found and since >= self.again):
                told, told_at = found, time.monotonic()
                yield TriggerEvent({"files": len(found)})
            await asyncio.sleep(self.every)

    def _looked(self, look):
        try:
            return look()
        except self.away() as error:  # a folder or a store that is away comes back
            why = getattr(error, "strerror", None) or type(error).__name__
            self.log.error("Deliveries cannot be listed: %s. The trigger will try again.", why)
            return set()

    def away(self):
        "The errors of a place that cannot be reached just now"
        return (OSError,)

    def looking(self):
        "A function that gives the names of the complete deliveries that wait"
        from pipeline.core import Home
        from pipeline.ingest import waiting
        from pipeline.landing import Watch

        home, watch = Home(Path(self.home)), Watch()
        return lambda: {delivery.path for delivery in waiting(home, watch)[0]}


class StoreTrigger(DeliveryTrigger):
    """The same for an object store, such as `s3://aws_default@bucket/landing`: an object appears
    there whole or not at all."""

    def __init__(self, url: str, every: float = STORE_EVERY, again: float = AGAIN_AFTER):
        super().__init__(home="", every=every, again=again)
        self.url = url

    def serialize(self):
        return f"{type(self).__module__}.{type(self).__name__}", {
            "url": self.url,
            "every": self.every,
            "again": self.again,
        }

    def away(self):
        from botocore.exceptions import BotoCoreError, ClientError

        return (OSError, BotoCoreError, ClientError)

    def looking(self):
        from b12_airflow.object_store import objects

        return lambda: set(objects(self.url))


def arrivals():
    """The asset `deliveries`, with a watcher for the landing folder and, where they are set, for
    `$B12_LANDING_URL` and `$B12_QUEUE`.

    `$B12_QUEUE` is JSON: the arguments of a MessageQueueTrigger, as `{"scheme": "sqs", "sqs_queue":
    "…"}`. A message only wakes the DAG; its content is not read.
    """
    watchers = [
        AssetWatcher(name="landing", trigger=DeliveryTrigger(str(settings().home.absolute())))
    ]
    if url := settings().landing_url:
        watchers.append(AssetWatcher(name="object_store", trigger=StoreTrigger(url)))
    if queue := settings().queue:
        from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger

        watchers.append(
            AssetWatcher(name="queue", trigger=MessageQueueTrigger(**json.loads(queue)))
        )
    return Asset("b12://deliveries", watchers=watchers)
