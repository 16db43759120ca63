"""`b12 receive`: from its settings to its end."""

import asyncio
import logging
import signal
from contextlib import suppress

from pipeline.core import StorageError, UsageError, address_of, listening, place_of, settings
from pipeline.landing import new_name
from pipeline.observability import metrics
from pipeline.profiles import install_profile
from pipeline.receiving.conversation import Desk, Patience
from pipeline.receiving.group_commit import GroupCommit
from pipeline.receiving.header import Accepted
from pipeline.receiving.listener import Listener
from pipeline.receiving.senders import allowed_networks, tls
from pipeline.receiving.spool import Rolling, Spool

LOG = logging.getLogger(__name__)
REPORT_SECONDS = 60


def receive(home, *, source, host="127.0.0.1", port=2575, ready=lambda address: None):
    """Receive messages for a source until SIGTERM or SIGINT; then what was read to its end is
    stored, answered and landed.

    source: a profile of HL7 v2, by name or path. ready: called with host:port once it listens.
    Raises UsageError, InvalidProtocol, StorageError, OSError.
    """
    given = settings()
    source = _checked_source(home, source, given)
    context = tls(home, given)
    networks = allowed_networks(host, given.receive_allow, given.receive_client_ca)
    rolling = Rolling(
        given.receive_roll_seconds, given.receive_roll_bytes, given.receive_free_bytes
    )
    spool = Spool(home, source, rolling)
    _check_disk(home)
    if context is None and networks is not None and not all(each.is_loopback for each in networks):
        LOG.warning("Without TLS, messages can be read on the network: $B12_RECEIVE_CERTIFICATE")
    with listening(host, port) as listener:
        desk = _desk(GroupCommit(spool), given)
        taking = Listener(listener, desk, networks, context, given.receive_connections)
        asyncio.run(_serve(taking, source, ready))


def _checked_source(home, source, given):
    "The name of the profile"
    profile = install_profile(source, home)
    if profile.format != "hl7v2" or profile.kind_of_file(new_name()) != "message":
        raise UsageError(
            f"The profile {source} does not take HL7 v2 messages from files that end in .hl7."
        )
    if given.receive_memory < given.receive_message_bytes:
        raise UsageError("$B12_RECEIVE_MEMORY is less than $B12_RECEIVE_MESSAGE_BYTES.")
    return profile.name


def _check_disk(home):
    home.landing.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.landing.stat().st_dev != home.spool.stat().st_dev:
        raise StorageError(
            f"{home.landing} is on another disk than {home.spool}, so a file cannot be moved there"
            " whole. Put both on one disk."
        )


def _desk(commit, given):
    return Desk(
        commit,
        Accepted(_listed(given.receive_types), _listed(given.receive_processing)),
        Patience(given.receive_idle_seconds, given.receive_message_seconds),
        largest=given.receive_message_bytes,
        memory=given.receive_memory,
    )


def _listed(text):
    return frozenset(part.strip().encode() for part in text.split(",") if part.strip())


async def _serve(listener, source, ready):
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError, RuntimeError):  # not in the main thread
            loop.add_signal_handler(number, stopped.set)
    loop.set_exception_handler(_unexpected)
    ready(address_of(listener.socket))
    commit = listener.desk.commit
    committing = asyncio.create_task(commit.run())
    others = [
        asyncio.create_task(work)
        for work in (listener.accept(), _report(listener.desk, source), stopped.wait())
    ]
    done, _ = await asyncio.wait([committing, *others], return_when=asyncio.FIRST_COMPLETED)
    await _cancelled(others)
    for task in done - {committing}:
        task.result()  # what failed unexpectedly ends the service, which is started again
    await listener.stop()
    commit.stop()
    await committing
    _tell(listener.desk.counts, source)


def _unexpected(_, context):
    "In words of this program: a trace, and the text of an error, may quote a message"
    error = context.get("exception")
    kind = type(error).__name__ if error else "a failure without an exception"
    LOG.error("Failed unexpectedly (%s at %s): report it", kind, place_of(error) if error else "")


async def _cancelled(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _report(desk, source):
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        _tell(desk.counts, source)


def _tell(counts, source):
    "What happened since the last time, as counts, in the log and as metrics"
    told = {name: number for name, number in sorted(counts.items()) if number}
    counts.clear()
    if told:
        LOG.info("%s: %s", source, ", ".join(f"{name} {number:,}" for name, number in told.items()))
        metrics.count_received(source, told)
