"""Runs the health check of a service from docker-compose.yml."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL


async def is_well(service):
    """One check; a timeout counts as unhealthy."""
    process = await asyncio.create_subprocess_exec(
        *service.health.command,
        env=service.environment,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        return await asyncio.wait_for(process.wait(), service.health.timeout) == 0
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def answers(service):
    """Whether the service is well, again and again: (is_well, how often in a row it was not)."""
    failures = 0
    while True:
        well = await is_well(service)
        failures = 0 if well else failures + 1
        yield well, failures
        await asyncio.sleep(service.health.interval if well else service.health.start_interval)
