"""Dates, instants and numbers as the site writes them: its locale (`B12_LOCALE`) and its time
zone."""

import re
from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from pipeline import core
from pipeline.core import UsageError, settings, zone

DAY = re.compile(r"(\b\d{4}-\d\d(?:-\d\d)?\b)")


def day(value):
    """A day as `30 Nov 2026`, a month as `Nov 2026`; – for none. value: a date, an instant, or a
    text that begins with one as ISO 8601 writes it."""
    if not value:
        return "–"
    text, locale = str(value)[:10], _locale()
    try:
        if len(text) == len("2026-11"):
            return format_skeleton("yMMM", date.fromisoformat(f"{text}-01"), locale=locale)
        return format_date(date.fromisoformat(text), "medium", locale=locale)
    except ValueError:  # no day
        return str(value)


def moment(value):
    """An instant as `30 Nov 2026, 08:15 CET`, in the time zone of the site; – for none."""
    if not value:
        return "–"
    at = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(
        zone()
    )
    clock = format_time(at, "short", locale=_locale())
    return f"{day(at)}, {clock} {get_timezone_name(at, width='short', locale=_locale())}"


def number(value, digits=0):
    """A number with the marks of the site's locale; – for none."""
    if value is None:
        return "–"
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(value, pattern, locale=_locale())


def counted(count, one, many=None):
    """A number with the noun that fits it, as of `core.counted`, with the marks of the site's
    locale."""
    _, noun = core.counted(count, one, many).split(" ", 1)
    return f"{number(count)} {noun}"


def dated(text):
    """A sentence with its days as the site writes them, each on one line. What is Markup already,
    such as the sentence with its marks, stays so."""
    as_html = Markup if isinstance(text, Markup) else escape
    pieces = [
        Markup('<span class="nowrap">{}</span>').format(day(piece))
        if DAY.fullmatch(piece)
        else as_html(piece)
        for piece in DAY.split(text or "")
    ]
    return Markup("").join(pieces)


def in_decimals(text):
    """A number that was converted, with the decimal mark of the site's locale."""
    mark = _locale().number_symbols["latn"]["decimal"]
    return text.replace(".", mark)


def _locale():
    return _parsed(settings().locale)


@lru_cache(maxsize=4)
def _parsed(name):
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise UsageError(
            f"$B12_LOCALE is {name}, which is not a locale. Use a name such as en_GB or de_DE."
        ) from None
