"""The current day, the same for runs, pages and commands."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.core.environment import settings
from pipeline.core.errors import InvalidProtocol


def zone():
    """The time zone of `$B12_TIMEZONE`, else UTC. Raises InvalidProtocol."""
    name = settings().timezone or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidProtocol(
            f"$B12_TIMEZONE is {name}, which is not a time zone. Use a name such as Europe/Berlin."
        ) from None


def today():
    """The current day in the time zone `$B12_TIMEZONE`, else in that of this machine. Raises
    InvalidProtocol."""
    return datetime.now(UTC).astimezone(zone() if settings().timezone else None).date()
