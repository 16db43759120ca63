"Signatures on both databases: newest first, bound to a text, and what a pack's standing says."

from datetime import UTC, date, datetime

import pytest

from pipeline.core import UsageError
from pipeline.worklist import (
    Actor,
    pack_standing,
    protocol_signatures,
    sign,
    signature_of,
    signed_already,
)

ADMIN = Actor("op", "admin")
TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setenv("B12_TIMEZONE", "Europe/Berlin")
    monkeypatch.setattr("pipeline.core.clock.today", lambda: TODAY)


def signs(store, text, name="Ada", protocol="mine 1.0", **more):
    return sign(
        store, sha256=text * 64, protocol=protocol, name=name, role="clinician", actor=ADMIN, **more
    )


def test_the_newest_signature_of_a_text_and_of_no_other(store):
    signs(store, "a")
    signs(store, "a", "Bo")
    signs(store, "b", "Cy", "mine-too 1.0")
    signs(store, "c", "Di", "letter.en")
    assert signature_of(store, "a" * 64).name == "Bo"
    assert signature_of(store, "d" * 64) is None
    assert [one.name for one in protocol_signatures(store)] == ["Cy", "Bo", "Ada"]
    assert [one.name for one in protocol_signatures(store, "mine")] == ["Bo", "Ada"]
    assert signed_already(store, "a" * 64, " ADA ").name == "Ada"
    assert signed_already(store, "b" * 64, "Ada") is None


def test_the_day_is_that_of_the_site(store):
    signed = signs(store, "a", signed_on=date(2026, 7, 1))
    assert signed.signed_at == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert signature_of(store, "a" * 64) == signed
    assert signed.signed_on == date(2026, 7, 1) and signed.by == "Ada, clinician, on 2026-07-01"


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(1999, 12, 31)])
def test_a_day_to_come_is_none(store, day):
    with pytest.raises(UsageError, match="cannot be the day of a signature"):
        signs(store, "a", signed_on=day)
    assert protocol_signatures(store) == []


@pytest.mark.parametrize(
    ("due", "said"),
    [(None, 0), (date(2026, 11, 30), 0), (date(2026, 11, 29), 1)],
)
def test_a_standing_says_what_is_not_in_order(store, due, said):
    asked = {"protocol": "mine 1.1", "sha256": "b" * 64, "next_review": due}
    assert pack_standing(store, **asked).warnings[0] == "The protocol mine 1.1 is not signed."
    signs(store, "a", signed_on=date(2026, 7, 1))
    standing = pack_standing(store, **asked)
    assert standing.warnings[0] == (
        "The protocol mine 1.1 is not signed as it is: Ada signed another text (mine 1.0) on 2026-07-01, or its"
        " names meant something else then."
    )
    assert not standing.is_in_order
    signs(store, "b")
    standing = pack_standing(store, **asked)
    assert len(standing.warnings) == said and standing.is_in_order is (not said)


def test_a_run_of_which_no_text_is_known_is_not_signed(store):
    assert pack_standing(store, protocol="mine 1.0", sha256="").signature is None
