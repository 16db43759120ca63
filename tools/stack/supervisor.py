"""Keeps the services of a stack running: starts them in the order of `depends_on`, checks their
health, and restarts them."""

import asyncio
import os
import signal
import threading
import time
from contextlib import suppress

from tools.stack import health, processes, state

LONGEST_PAUSE = 30  # seconds between two starts of a service that ends again and again


class Supervisor:
    """Runs Services under a folder until it is told to stop."""

    def __init__(self, folder, services):
        self.folder, self.services = folder, services
        self.units = {service.name: state.Unit() for service in services}
        self.is_ready = {service.name: asyncio.Event() for service in services}
        self.is_stopping = asyncio.Event()
        self.began = time.monotonic()
        self.own = processes.identity(os.getpid())

    async def run(self):
        """Start everything, keep it running, and on SIGTERM or SIGINT end it, what depends on
        others first."""
        if threading.current_thread() is threading.main_thread():  # no other may hear of signals
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self.is_stopping.set)
        self.kept = {
            service.name: asyncio.create_task(self.keep(service)) for service in self.services
        }
        for task in self.kept.values():
            task.add_done_callback(
                lambda task: (task.cancelled() or task.exception()) and self.is_stopping.set()
            )
        await self.is_stopping.wait()
        for event in self.is_ready.values():
            event.set()
        self.stopped = {
            service.name: asyncio.create_task(self.stop(service)) for service in self.services
        }
        await asyncio.gather(*self.stopped.values(), *self.kept.values())

    def note(self, name, **changes):
        for key, value in changes.items():
            setattr(self.units[name], key, value)
        state.write(self.folder, self.own, self.units)

    async def keep(self, service):
        """Start a service when those that it depends on are there, and again whenever it ends."""
        self.note(service.name)
        await asyncio.gather(
            *(
                self.is_ready[other.name].wait()
                for other in self.services
                if other.of in service.depends_on
            )
        )
        pause = 1
        while await self.is_wanted(service.name):
            started = time.monotonic()
            code = await self.live(service)
            if self.is_stopping.is_set():
                break
            if not service.is_restarted:
                return self.done(service.name, code)
            pause = (
                1 if time.monotonic() - started > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            )
            self.note(
                service.name, status="starting", restarts=self.units[service.name].restarts + 1
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self.is_stopping.wait(), pause)
        return None

    async def is_wanted(self, name):
        "False when the stack ends; waits while the service is held"
        while not self.is_stopping.is_set() and state.hold(self.folder, name).exists():
            await asyncio.sleep(0.2)
        return not self.is_stopping.is_set()

    def done(self, name, code):
        self.note(name, status="failed" if code else "done", seconds=self.elapsed())
        if not code:
            self.is_ready[name].set()

    async def live(self, service):
        """One life of a service, from its start to its exit code."""
        with (self.folder / "logs" / f"{service.name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *service.command,
                env=service.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        identified = processes.identity(process.pid)
        self.note(service.name, status="starting", process=identified)
        asking = asyncio.create_task(self.ask(service))
        code = await process.wait()
        asking.cancel()
        processes.sweep(identified)  # as with a container that has lost its first process
        return code

    async def ask(self, service):
        if service.health is None:
            return
        async for is_well, failures in health.answers(service):
            status = self.units[service.name].status
            if is_well and status != "healthy":
                self.note(
                    service.name,
                    status="healthy",
                    seconds=self.units[service.name].seconds or self.elapsed(),
                )
                self.is_ready[service.name].set()
            elif failures == service.health.retries and status == "healthy":
                self.note(service.name, status="unhealthy")

    async def stop(self, service):
        """End a service when everything that depends on it has ended."""
        await asyncio.gather(
            *(self.stopped[other.name] for other in self.services if service.of in other.depends_on)
        )
        while not self.kept[service.name].done():
            if process := self.units[service.name].process:
                number = signal.Signals[service.stop_signal]
                await asyncio.to_thread(
                    processes.end, process, number=number, seconds=service.grace
                )
            await asyncio.wait([self.kept[service.name]], timeout=0.2)
        self.note(service.name, status="stopped")

    def elapsed(self):
        return round(time.monotonic() - self.began, 1)
