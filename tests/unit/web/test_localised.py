"Dates, instants and numbers as the site writes them"

import pytest

from pipeline.core import UsageError
from pipeline.protocol.labels import marked
from pipeline.web import localised


@pytest.mark.parametrize(
    ("locale", "zone", "day", "moment", "number", "converted"),
    [
        ("en_GB", "UTC", "30 Nov 2026", "30 Nov 2026, 07:15 UTC", "1,234.5", "111.1 pg/mL"),
        ("de_DE", "Europe/Berlin", "30.11.2026", "30.11.2026, 08:15 MEZ", "1.234,5", "111,1 pg/mL"),
        ("en_US", "America/New_York", "Nov 30, 2026", "Nov 30, 2026, 2:15\u202fAM EST", "1,234.5", "111.1 pg/mL"),
    ],
)  # fmt: skip
def test_as_the_site_writes_them(monkeypatch, locale, zone, day, moment, number, converted):
    monkeypatch.setenv("B12_LOCALE", locale)
    monkeypatch.setenv("B12_TIMEZONE", zone)
    assert localised.day("2026-11-30") == localised.day("2026-11-30T08:15:00Z") == day
    assert localised.moment("2026-11-30T07:15:00+00:00") == moment
    assert localised.number(1234.5, 1) == number
    assert localised.in_decimals("111.1 pg/mL") == converted


def test_a_sentence_keeps_everything_but_its_days():
    said = localised.dated("B12 <150 on 2026-01-31; metformin since 2019-03; MMA of 9999-99-99")
    assert said == (
        'B12 &lt;150 on <span class="nowrap">31 Jan 2026</span>; metformin since'
        ' <span class="nowrap">Mar 2019</span>; MMA of <span class="nowrap">9999-99-99</span>'
    )
    assert localised.day(None) == localised.moment(None) == localised.number(None) == "–"


def test_a_locale_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("B12_LOCALE", "xx_XX")
    with pytest.raises(UsageError, match="not a locale"):
        localised.day("2026-11-30")


def test_days_of_a_sentence_with_marks_are_written_too_and_nothing_is_escaped_twice():
    said = localised.dated(marked("B12 <150 of 2026-01-31 [OURS]"))
    assert said == (
        'B12 &lt;150 of <span class="nowrap">31 Jan 2026</span> <span class="mark mark-ours">[OURS]</span>'
    )
