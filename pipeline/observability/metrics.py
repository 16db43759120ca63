"""Metrics for a StatsD server, where `$B12_STATSD_HOST` (host or host:port) names one: counts and
durations, nothing of a patient."""

import logging
import re
import time
from contextlib import closing, contextmanager

from pipeline.core import settings

LOG = logging.getLogger("b12.metrics")


def is_on():
    """Whether anything is sent; else `statsd` is not even imported."""
    return bool(settings().statsd_host)


def _client(address):
    "None, with a log entry, for an invalid address"
    import statsd

    host, _, port = address.rpartition(":") if address.count(":") == 1 else (address, "", "8125")
    try:
        return statsd.StatsClient(host.strip("[]"), int(port), prefix="b12", ipv6=":" in host)
    except (OSError, ValueError) as error:
        LOG.error(
            "$B12_STATSD_HOST is not a host:port that can be reached: %s", type(error).__name__
        )
        return None


@contextmanager
def _sending():
    """Metrics that are put into as few datagrams as they fit in; an unreachable server is not an
    error"""
    client = _client(settings().statsd_host) if is_on() else None
    if client is None:
        yield None
    else:
        with closing(client), client.pipeline() as pipe:
            yield pipe


def _name(*parts):
    return ".".join(re.sub(r"[^A-Za-z0-9_-]", "_", str(part)) for part in parts)


@contextmanager
def timed(what):
    """Send how long this took, in milliseconds, as `duration.<what>`; also where it raised. Serves
    as a decorator, too."""
    began = time.monotonic()
    try:
        yield
    finally:
        with _sending() as pipe:
            if pipe:
                pipe.timing(_name("duration", what), (time.monotonic() - began) * 1000)


def count_account(account):
    """Send the Account of a file: `ingest.<source>.<entity>.rows`, `.accepted`,
    `.rejected.<reason>`, …"""
    parts = {"rows": account.rows, "accepted": account.accepted, "duplicates": account.duplicates}
    parts |= {"files": 1, "refused": int(account.refused is not None)}
    parts |= {f"rejected.{reason}": rows for reason, rows in account.rejected.items()}
    parts |= {f"skipped.{kind}": rows for kind, rows in account.skipped.items()}
    with _sending() as pipe:
        if pipe is None:
            return
        for name, rows in parts.items():
            pipe.incr(
                _name("ingest", account.source, account.entity or "unknown", *name.split(".", 1)),
                rows,
            )


def count_received(source, counts):
    """Send what `b12 receive` counted: `receive.<source>.received`, `.stored`, `.rejected`, …"""
    with _sending() as pipe:
        for name, number in counts.items():
            if pipe and ":" not in name:  # the reasons are in the log
                pipe.incr(_name("receive", source, name), number)


def count_run(manifest, outcomes, priorities):
    """Send a run: `gate.open`, `gate.held` or `gate.closed`, `gate.<severity>.<outcome>`,
    `worklist.priority_<1–4>`, `patients`.

    outcomes: those of quality.json; one that is muted counts as `muted`. priorities: patients by
    priority, of a run that was published.
    """
    with _sending() as pipe:
        if pipe is None:
            return
        pipe.incr(_name("gate", "open" if manifest.published else manifest.state))
        for one in outcomes:
            outcome = "muted" if one.get("is_muted") else one["outcome"]
            pipe.incr(_name("gate", one["severity"], outcome))
        if manifest.published:
            pipe.gauge("patients", manifest.rows.assessment)
            for priority in "1234":
                pipe.gauge(f"worklist.priority_{priority}", priorities.get(priority, 0))
