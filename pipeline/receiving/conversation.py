"""The conversation with one sender: messages are read, stored and acknowledged in their order."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from pipeline.receiving.answer import acknowledgment
from pipeline.receiving.framing import Framer, framed
from pipeline.receiving.group_commit import GroupCommit
from pipeline.receiving.header import (
    NO_MEMORY,
    NOT_STORED,
    TOO_LARGE,
    Accepted,
    fault_of,
    header_of,
    is_acknowledgment,
)

CHUNK = 1 << 16
LINGER_SECONDS = 5


@dataclass(frozen=True)
class Patience:
    """Seconds. idle: between two messages. message: from the first byte of one to its last, and
    until its answer is taken."""

    idle: float
    message: float


@dataclass
class Desk:
    """What all connections of a listener share. largest: bytes of a message. memory: bytes that all
    messages may hold together while they are read and stored; held: those that do. reading: the
    tasks that wait for their sender."""

    commit: GroupCommit
    accepted: Accepted
    patience: Patience
    largest: int
    memory: int
    counts: Counter = field(default_factory=Counter)
    held: int = 0
    reading: set = field(default_factory=set)
    is_stopping: bool = False


class Conversation:
    """A connection from its first byte to its last."""

    def __init__(self, reader, writer, desk):
        self.reader, self.writer, self.desk = reader, writer, desk
        self.framer, self.began_at, self.held = Framer(desk.largest), time.monotonic(), 0
        self.has_spoken = False

    async def run(self):
        """Until the sender ends it, is too slow, or the listener stops."""
        try:
            while not self.desk.is_stopping and (chunk := await self._next()):
                if not await self._take(chunk):
                    break
        except (ConnectionError, TimeoutError):
            self.desk.counts["broken connections"] += 1
            self.writer.transport.abort()  # its sender takes nothing that could be waited for
        finally:
            self._hold(0)
            self.desk.counts["incomplete"] += self.framer.is_inside

    async def _next(self):
        patience, desk = self.desk.patience, self.desk
        seconds = patience.idle
        if self.framer.is_inside:
            seconds = max(0, self.began_at + patience.message - time.monotonic())
        task = asyncio.current_task()
        desk.reading.add(task)
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read(CHUNK)
        except TimeoutError:
            desk.counts["timeouts"] += 1
            return b""
        finally:
            desk.reading.discard(task)

    async def _take(self, chunk):
        "Whether the conversation goes on"
        self.desk.counts["connections"] += not self.has_spoken
        self.has_spoken, was_inside = True, self.framer.is_inside
        self._hold(self.held + len(chunk))
        messages = self.framer.feed(chunk)
        if messages or not was_inside:
            self.began_at = time.monotonic()
        goes_on = await self._answer(messages)
        self._hold(self.framer.held)
        if self.framer.too_large is not None:
            return await self._end_with(self.framer.too_large, TOO_LARGE)
        if self.framer.is_inside and self.desk.held > self.desk.memory:
            return await self._end_with(self.framer.head, NO_MEMORY)
        return goes_on

    def _hold(self, size):
        self.desk.held += size - self.held
        self.held = size

    async def _answer(self, messages):
        judged = list(self._judged(messages))
        good = [message for message, _, fault in judged if fault is None]
        is_stored = await self.desk.commit.store(good) if good else True
        answers, goes_on = [], True
        for _, header, fault in judged:
            told = fault or (None if is_stored else NOT_STORED)
            self._count(told)
            answer = acknowledgment(header, told)
            answers.append(framed(answer) if answer else b"")
            # a sender that wants no answer learns by the end of the connection
            goes_on = goes_on and not (told is NOT_STORED and answer is None)
        await self._send(b"".join(answers))
        return goes_on

    def _judged(self, messages):
        "Yields (message, header, fault); acknowledgments of others are left out"
        for message in messages:
            header = header_of(message)
            if is_acknowledgment(header):
                self.desk.counts["acknowledgments"] += 1
            else:
                yield message, header, fault_of(message, header, self.desk.accepted)

    def _count(self, fault):
        counts = self.desk.counts
        counts["received"] += 1
        counts["stored" if fault is None else "rejected" if fault.outcome == "R" else "errors"] += 1
        if fault:
            counts[f"because: {fault.text}"] += 1

    async def _send(self, data):
        if data:
            self.writer.write(data)
            async with asyncio.timeout(self.desk.patience.message):
                await self.writer.drain()

    async def _end_with(self, head, fault):
        """Answer a message that was not read to its end; False. What its sender has under way is
        read and forgotten for some seconds: else the answer might be lost with it"""
        self._count(fault)
        self.framer = Framer(0)
        answer = acknowledgment(header_of(head), fault)
        await self._send(framed(answer) if answer else b"")
        if self.writer.can_write_eof():
            self.writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while await self.reader.read(CHUNK):
                    pass
        return False
