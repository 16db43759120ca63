"""Checks of the configuration: the protocol, the profiles, the settings of the environment, the
deadlines, what the site changes about the gates."""

from pipeline import worklist
from pipeline.core import (
    DEFAULT_PACK,
    SOURCES,
    InvalidProtocol,
    UsageError,
    counted,
    settings,
    today,
    variable_of,
    zone,
)
from pipeline.operations.deadlines_file import read_deadlines
from pipeline.operations.doctor.finding import look, ok, tried, wrong
from pipeline.operations.notifications import channels
from pipeline.operations.retention import described_retention
from pipeline.profiles import read_profile
from pipeline.protocol import deciding_pack, problems
from pipeline.quality import read_changes, told_changes


def unusable_settings():
    """A finding where a setting of the environment cannot be used."""
    try:
        settings()
    except UsageError as error:
        yield wrong(str(error).rstrip("."), "Correct them, then run b12 doctor again")


def of_settings(home):
    """What is found of the settings."""
    yield tried("The protocol pack that decides", _protocol)
    yield from _profiles(home)
    yield tried("The time zone", lambda: ok(f"Days are counted in the time zone {zone().key}"))
    yield tried("The deadlines", _deadlines, home)
    yield from _gates(home)
    yield _channels()
    yield _patient_url()
    yield tried("Retention", _retention)
    yield from _single_sign_on(home)


def _protocol():
    pack = deciding_pack()
    called = f"The protocol pack {pack.versioned_name}"
    if settings().protocol != DEFAULT_PACK:
        called += f" (${variable_of('protocol')})"
    if mistakes := problems(pack):
        return wrong(
            f"{called} has {counted(len(mistakes), 'problem')}",
            "b12 protocol check lists them",
        )
    due = pack.raw["next_review"]
    if due < today():
        return look(
            f"The review of {called[0].lower()}{called[1:]} was due on {due}",
            "Its author and checker need to review it and set next_review",
        )
    return ok(f"{called} is valid; its next review is due on {due}")


def _profiles(home):
    names = sorted({path.stem for path in (*SOURCES.glob("*.yaml"), *home.sources.rglob("*.yaml"))})
    findings = [
        tried(f"The profile {name}", lambda name=name: read_profile(name, home) and None)
        for name in names
    ]
    yield from (finding for finding in findings if finding)
    if not any(findings):
        yield ok(f"{counted(len(names), 'source profile is', 'source profiles are')} valid")


def _deadlines(home):
    deadlines = read_deadlines(home)
    if not (home.root / "deadlines.yaml").exists():
        return look(
            "No alerts are set up for a late worklist or delivery",
            f"Write {home.root / 'deadlines.yaml'}: docs/runbook.md, Deadlines",
        )
    expected = len(deadlines.deliveries) + sum(
        deadline is not None for deadline in (deadlines.worklist_by, deadlines.waiting_hours)
    )
    watched = counted(expected, "deadline is", "deadlines are")
    return ok(f"{watched} watched; b12 overdue lists what is late")


def _gates(home):
    try:
        changes = read_changes(home)
        told = list(told_changes(changes, today())) if changes.entries else []
    except InvalidProtocol as error:
        yield wrong(f"The gates: {error}", "Correct the file, then run b12 doctor again")
        return
    for name, words, endings in told:
        if words:
            yield ok(f"{name}: {words.rstrip('.')}")
        for ended in endings:
            yield look(
                f"{name} was {ended}, and counts again",
                f"Take the entry out of {home.root / 'expectations.yaml'}",
            )


def _channels():
    names = list(channels())
    if not names:
        return look(
            "No notifications are set up for failed runs",
            "Set $B12_NOTIFY_SMTP or $B12_NOTIFY_WEBHOOK, then try it: b12 notify",
        )
    missing = [
        name
        for name in ("B12_NOTIFY_FROM", "B12_NOTIFY_TO")
        if "smtp" in names and getattr(settings(), name.removeprefix("B12_").lower()) is None
    ]
    if missing:
        return wrong(
            f"$B12_NOTIFY_SMTP is set, but not {' and '.join(missing)}",
            "Set them, then try it: b12 notify",
        )
    return ok(f"Notifications are sent by {' and '.join(names)}; b12 notify sends a test")


def _patient_url():
    if settings().patient_url:
        return ok("Patients' pages link to the health record (B12_PATIENT_URL)")
    return look(
        "Patients' pages have no link to the health record",
        "Set $B12_PATIENT_URL, such as https://record.example/patients/{patient_id}",
    )


def _single_sign_on(home):
    found = tried("Single sign-on", worklist.single_sign_on, home)
    if isinstance(found, worklist.SingleSignOn):
        lines = counted(len(found.mapping), "line")
        yield ok(f"Single sign-on by {found.issuer} is set up; its mapping has {lines}")
    elif found:
        yield found


def _retention():
    kept = "; ".join(f"{name} {days}" for name, days in described_retention().items())
    return ok(f"Kept: {kept} (B12_KEEP_…)")
