"Letters as files: a page for each, no character lost without a word, and no cell that a spreadsheet would run"

import csv
import io
import re

import pytest
from reportlab import __file__ as reportlab

from pipeline.core import UsageError
from pipeline.letters import Letter, file_of, has_two_numbers, number_to_text, parts, undrawn

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "＝1", "a;=1")


def letter(name="Ann Example", text="Dear Ann,\n\nPlease call us.", kind="letter", **more):
    values = {"key": "k", "item_id": 1, "version": 1, "patient_id": "P1", "template": "t", "language": "en", "wording": "t.en", "today": "1 May 2026"}  # fmt: skip
    values |= {"phone": "+442079460001", "postcode_area": "SW1", "subject": "A subject"}
    return Letter(**values | {"name": name, "to": name, "text": text, "kind": kind} | more)


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def cells(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_each_letter_begins_on_a_page_of_its_own_and_a_long_one_goes_on():
    assert pages(file_of([letter()] * 3, "pdf")) == 3
    long = "\n\n".join(["A paragraph of a letter that does not end. " * 10] * 20)
    alone = pages(file_of([letter(text=long)], "pdf"))
    assert alone > 1 and pages(file_of([letter(text=long), letter()], "pdf")) == alone + 1
    assert file_of([letter()], "pdf") == file_of([letter()], "pdf")


@pytest.mark.parametrize(
    "name", ["<b>Ann</b> & <img src=x>", "</para><para>", "{{ 1 }}", "Ann " * 60, "A" * 300]
)
def test_a_name_is_text_and_breaks_no_page(name):
    assert pages(file_of([letter(name, text=f"Dear {name},")], "pdf")) == 1


@pytest.mark.parametrize(
    "name", ["Zoë Müller", "Zoe\u0308", "Ğülşen Ödemiş", "Søren Åæ", "O’Neil–Smith"]
)
def test_western_and_turkish_letters_are_drawn_by_the_font_that_ships(name):
    assert not undrawn([letter(name)])


@pytest.mark.parametrize(
    ("name", "missing"),
    [("Łukasz Wałęsa", "ę"), ("Иван", "Иван"), ("李", "李"), ("محمد", "محمد"), ("x\u0331", "\u0331"), ("😀", "😀")],
)  # fmt: skip
def test_what_the_font_has_not_is_named_and_no_pdf_is_made_with_a_gap(name, missing):
    [found] = undrawn([letter(), letter(name)])
    assert set(found.characters) == set(missing)
    with pytest.raises(UsageError, match="B12_LETTER_FONT") as failure:
        file_of([letter(name)], "pdf")
    assert name not in str(failure.value)
    assert cells(file_of([letter(name)], "csv"))[0]["name"] == name


def test_the_font_of_the_site_is_used_but_not_for_a_script_that_it_would_draw_wrongly(
    monkeypatch, tmp_path
):
    font = reportlab.replace("__init__.py", "fonts/VeraIt.ttf")
    monkeypatch.setenv("B12_LETTER_FONT", font)
    assert b"Oblique" in file_of([letter()], "pdf")
    # as of a font that has every glyph, which would draw Arabic in the wrong order and unjoined
    monkeypatch.setattr("pipeline.exports.font.pdf_font", lambda: Everything)
    assert not undrawn([letter("Łukasz Иван 李 Ωμέγα")])
    assert [len(undrawn([letter(name)])) for name in ("محمد", "שרה", "अनु", "สมชาย", "ா")] == [1] * 5
    monkeypatch.undo()
    monkeypatch.setenv("B12_LETTER_FONT", str(tmp_path / "none.ttf"))
    with pytest.raises(UsageError, match="is not a TrueType font"):
        undrawn([letter()])


class Everything:
    class face:
        charToGlyph = dict.fromkeys(range(1, 0x110000), 1)


@pytest.mark.parametrize("value", DANGEROUS)
def test_no_cell_runs_in_a_spreadsheet(value):
    for content in (
        file_of([letter(value, text=value, postcode_area=value)], "csv"),
        file_of([letter(value, text=value, kind="sms")], "csv"),
    ):
        [row] = cells(content)
        for name, cell in row.items():
            assert name == "phone" or not re.match(r"\s*[=+@＝-]", cell), name


def test_a_sender_of_sms_gets_the_number_and_the_text_as_they_are():
    assert cells(file_of([letter(text="Please call: 020 7946 0000", kind="sms")], "csv")) == [
        {"phone": "+442079460001", "text": "Please call: 020 7946 0000"}
    ]
    with pytest.raises(UsageError):
        file_of([letter(kind="sms")], "pdf")
    with pytest.raises(UsageError):
        file_of([], "csv")


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("020 7946 0773", "02079460773"), ("+44 (0)20 7946-0773", "+442079460773"), ("(020) 7946.0773", "02079460773"),
        ("0151/2345 678", "01512345678"), (None, None), ("", None), ("123", None), ("020 7946 0773 x12", None), ("=1+1", None),
        ("0" * 16, None), ("(0)20 7946 0773", "02079460773"), ("0044 (0)20 7946 0773", "00442079460773"), ("(+44) (0) 20 79460773", "+442079460773"),
        ("1234567 / 7654321", None), ("020 7946 0773; 020 7946 0774", None), ("020 7946 0773 or 020 7946 0774", None),
        ("+49 1511/2345678", "+4915112345678"), ("+49 (0)6201 / 123456", "+496201123456"), ("+45 12345678/87654321", None), ("+44 20\n7946 0773", "+442079460773"), ("٠١٢٣٤٥٦٧", None),
    ],
)  # fmt: skip
def test_a_number_is_digits_or_none(phone, number):
    assert number_to_text(phone) == number


@pytest.mark.parametrize(
    ("phone", "is_so"),
    [("020 7946 0773/020 7946 0774", True), ("123456 or 654321", True), ("123456;+44 654321", True), ("0151/2345678", False), ("ext. 5 or 6", False), (None, False)],
)  # fmt: skip
def test_two_numbers_in_one_field_are_told_apart_from_an_area_code(phone, is_so):
    assert has_two_numbers(phone) == is_so


def test_the_words_of_a_letter_stay_as_written_and_a_patients_name_in_them_cannot_run():
    text = "Please bring:\n- your card\n\n+ your medicines; - and a list"
    assert cells(file_of([letter(text=text)], "csv"))[0]["text"] == text
    assert cells(file_of([letter(text=f"- {text}")], "csv"))[0]["text"] == f"'- {text}"
    [row] = cells(file_of([letter("=1+1", text="Dear\n=1+1,\n- your card")], "csv"))
    assert row["text"] == "Dear\n'=1+1,\n- your card"


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("x" * 160, 1), ("x" * 161, 2), ("x" * 306, 2), ("x" * 307, 3), ("€" * 80, 1), ("€" * 81, 2), ("ł" * 70, 1), ("ł" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_how_many_messages_a_text_is(text, count):
    assert parts(text) == count
