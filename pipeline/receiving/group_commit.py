"""Group commit: the messages of all connections that wait at a moment share one flush of the
disk."""

import asyncio
import logging
import time

LOG = logging.getLogger(__name__)


class GroupCommit:
    """Hands messages to a Spool in a thread, so that others are read meanwhile; lands its files
    when they are due."""

    def __init__(self, spool):
        self.spool = spool
        self._waiting, self._woken = [], asyncio.Event()
        self._is_stopping, self._is_failing = False, False

    async def store(self, messages):
        """Whether these messages are on the disk: all of them, or none."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((messages, stored))
        self._woken.set()
        return await stored

    def stop(self):
        """Let `run` end, once what waits is stored and landed."""
        self._is_stopping = True
        self._woken.set()

    async def run(self):
        """Store and land, until `stop`."""
        await self._roll()  # what an earlier process left
        while self._waiting or not self._is_stopping:
            await self._next()
            waiting, self._waiting = self._waiting, []
            if waiting:
                await self._commit(waiting)
            if self.spool.due_at is not None and time.monotonic() >= self.spool.due_at:
                await self._roll()
        await self._roll()

    async def _next(self):
        "Wait for a message, for the end, or until the file is due"
        due = self.spool.due_at
        try:
            async with asyncio.timeout(None if due is None else max(0, due - time.monotonic())):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    async def _commit(self, waiting):
        together = [message for messages, _ in waiting for message in messages]
        try:
            await asyncio.to_thread(self.spool.append, together)
            is_stored = True
        except OSError as error:
            is_stored = False
            self._tell_failure(error)
        if is_stored and self._is_failing:
            self._is_failing = False
            LOG.info("Messages are stored again")
        for _, stored in waiting:
            if not stored.done():  # its connection was not ended meanwhile
                stored.set_result(is_stored)

    def _tell_failure(self, error):
        if not self._is_failing:
            self._is_failing = True
            LOG.error(
                "Messages cannot be stored (%s); until they can, senders are told to send again",
                error.strerror,
            )

    async def _roll(self):
        try:
            dropped = await asyncio.to_thread(self.spool.roll)
        except OSError as error:
            LOG.error("Stored messages stay in spool/ for now: %s", error.strerror)
            return
        if dropped:
            LOG.warning("%d bytes were dropped that no sender was told are stored", dropped)
