"Contact data of accepted patient rows, cleaned; a cell that cannot be used costs itself alone."

import pytest

from pipeline.core.config import CONTACT
from pipeline.engine.relations import build
from pipeline.ingest.contact import register_languages
from tests.clinic import clinic, landed, parse, select


def contact(rows, *, snapshot=None):
    "The rows of `staging.contact`, in the order of their lines; rows: as text"
    con = clinic()
    rows = parse(rows) if isinstance(rows, str) else rows
    landed(con, "patient", rows)
    con.execute("update landing.file set snapshot = $1", [snapshot])
    names = ", ".join(CONTACT)
    con.execute(f"create table landing.contact as select line, place, {names} from landing.patient")
    register_languages(con)
    build(con, ["staging.contact"])
    return select(con, "staging.contact", order="line")


def cleaned(column, *cells):
    "What becomes of the cells of a column"
    rows = contact([{"patient_id": f"P{place}", column: cell} for place, cell in enumerate(cells)])
    return [row[column] for row in rows]


def test_rows_of_patients_that_are_rejected_have_none():
    found = contact("""
        patient_id  | name
        ------------+-----
                    | Ann
        4.85778E+09 | Bob
        cid         | Cid
    """)  # fmt: skip
    assert [(row["patient_id"], row["name"]) for row in found] == [("cid", "Cid")]


def test_a_text_is_one_line_without_marks_that_are_not_seen():
    assert cleaned(
        "name", "Ann  Example", "Ann\tExample\x07", "\u202eelpmaxE nnA", "می\u200cخواهم", "Zoë\u00a0Ö",
        "x" * 200, "x" * 201, "\u200b",
    ) == ["Ann Example", "Ann Example", "elpmaxE nnA", "می\u200cخواهم", "Zoë Ö", "x" * 200, None, None]  # fmt: skip


def test_a_telephone_number_stays_as_delivered_and_holds_digits():
    numbers = ["+44 (0)20 7946 0001 ext. 2", "555-0142", "none", "x" * 30 + "12", "1" * 61]
    assert cleaned("phone", *numbers) == [*numbers[:2], None, numbers[3], None]


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [
        ("ann@example.org", "ann@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("Zoë.ö+1@exämple.org", "Zoë.ö+1@exämple.org"),
        ("ann@example", None),
        ("ann example.org", None),
        ("Ann <ann@example.org>", None),
        ("ann@example.org, bob@example.org", None),
        ("javascript:alert(1)//@a.b", None),
        ("a" * 250 + "@b.c", "a" * 250 + "@b.c"),
        ("a" * 251 + "@b.c", None),
    ],
)
def test_an_email_is_one_address(delivered, kept):
    assert cleaned("email", delivered) == [kept]


def test_a_language_is_a_tag_where_it_is_known():
    assert cleaned(
        "preferred_language", "en", "EN", "eng", "English", "en-GB", "en_gb", "deu", "Deutsch",
        "zh-hans-cn", "sr-Latn", "es-419", "xx", "Klingon", "zz-ZZ", "british sign language",
    ) == [
        "en", "en", "en", "en", "en-GB", "en-GB", "de", "de", "zh-Hans-CN", "sr-Latn", "es-419",
        "xx", "Klingon", "zz-ZZ", "bfi",
    ]  # fmt: skip


def test_a_postal_code_is_cut_down_to_an_area():
    assert cleaned(
        "postcode_area", "SW1A 1AA", "sw1a1aa", "M1 1AA", "M11AA", "EC1A 1BB", "SW1A", "10115", "D-10115",
        "02139-4307", "K1A 0B1", "1234 AB", "D02 X285", "-",
    ) == ["SW1A", "SW1A", "M1", "M1", "EC1A", "SW1A", "101", "101", "021", "K1A", "123", "D02", None]  # fmt: skip


def test_what_is_left_out_is_named():
    [row] = contact(
        [dict.fromkeys(CONTACT, "\u200b") | {"patient_id": "ann", "name": "Ann", "phone": None}]
    )
    assert row["blanked"] == [name for name in CONTACT if name not in ("name", "phone")]
    assert row["name"] == "Ann" and row["phone"] is None


@pytest.mark.parametrize(
    ("recorded_at", "snapshot", "known_at"),
    [
        ("2025-06-01T10:00:00Z", None, "2025-06-01 10:00"),
        ("2025-06-01T10:00:00Z", "20251231", "2025-06-01 10:00"),
        (None, "20251231", "2025-12-31 00:00"),
        (None, "2025-12-31T2130", "2025-12-31 21:30"),
        (None, None, "2026-02-01 09:00"),
        ("2999-01-01T00:00:00Z", None, "2026-02-01 09:00"),
        (None, "20270101", "2026-02-01 09:00"),
    ],
)
def test_known_when_it_was_recorded_else_of_the_snapshot_else_when_it_came(
    recorded_at, snapshot, known_at
):
    row = {"patient_id": "ann", "name": "Ann", "recorded_at": recorded_at}
    [found] = contact([row], snapshot=snapshot)
    assert found["known_at"].strftime("%Y-%m-%d %H:%M") == known_at
