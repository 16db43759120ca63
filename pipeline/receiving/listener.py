"""The listener: who is let in, and how many at a time."""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from pipeline.receiving.conversation import CHUNK, Conversation, Desk
from pipeline.receiving.senders import is_allowed

LOG = logging.getLogger(__name__)
SHUTDOWN_SECONDS = 5  # of TLS, and of a connection that is closed
STOP_SECONDS = 20


@dataclass
class Listener:
    """Takes connections from a listening socket. networks: as of `allowed_networks`. context: of
    TLS, or None. most: connections at a time."""

    socket: socket.socket
    desk: Desk
    networks: list | None
    context: ssl.SSLContext | None
    most: int
    tasks: set = field(default_factory=set)
    told: set = field(default_factory=set)

    async def accept(self):
        """Take connections until this is cancelled."""
        self.socket.setblocking(False)
        loop = asyncio.get_running_loop()
        while True:
            try:
                there, address = await loop.sock_accept(self.socket)
            except OSError as error:  # no more files can be opened, or the sender went at once
                LOG.warning("A connection cannot be taken: %s", error.strerror)
                await asyncio.sleep(1)
                continue
            if problem := self._problem(address[0]):
                self._turn_away(there, address[0], problem)
            else:
                task = asyncio.create_task(self._serve(there, address[0]))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    def _problem(self, address):
        if not is_allowed(address, self.networks):
            return "it is not in B12_RECEIVE_ALLOW"
        if len(self.tasks) >= self.most:
            return "there are B12_RECEIVE_CONNECTIONS already"
        return None

    def _turn_away(self, there, address, problem):
        there.close()
        self.desk.counts["turned away"] += 1
        if (address, problem) not in self.told and len(self.told) < 1000:
            self.told.add((address, problem))
            LOG.warning("%s is turned away: %s (said once)", address, problem)

    async def _serve(self, there, address):
        writer = None
        try:
            reader, writer = await self._opened(there)
            await Conversation(reader, writer, self.desk).run()
        except (OSError, TimeoutError):  # TLS was not agreed upon, or the sender went
            # on loopback it is the question whether this service is well
            self.desk.counts["broken connections"] += not ip_address(address).is_loopback
        except asyncio.CancelledError:  # the listener stops while the sender is silent
            pass
        finally:
            if writer is None:
                there.close()
            else:
                await _closed(writer)

    async def _opened(self, there):
        there.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=CHUNK, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        deadlines = {}
        if self.context is not None:
            deadlines = {
                "ssl_handshake_timeout": self.desk.patience.message,
                "ssl_shutdown_timeout": SHUTDOWN_SECONDS,
            }
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, there, ssl=self.context, **deadlines
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def stop(self):
        """Take no more, answer what was read to its end, and end every connection."""
        self.socket.close()
        self.desk.is_stopping = True
        for task in list(self.desk.reading):
            task.cancel()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()


async def _closed(writer):
    writer.close()
    try:
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        with suppress(OSError):
            writer.transport.abort()
