"The page and the paper form: everything in them, nothing from elsewhere"

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from pipeline.core.files import sha256_of
from pipeline.protocol.pack import load
from pipeline.review.kit import as_html, kit_of, safe_name
from pipeline.review.lines import sections
from pipeline.review.make import write_kit
from tests.reviews import TEXT, own_pack

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def kit():
    return kit_of(load(), date(2026, 11, 29))


@pytest.fixture(scope="module")
def page(kit):
    return as_html(kit)


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_every_line_of_the_pack_is_on_the_page_once_and_can_be_answered(kit, page):
    found = Elements(page).found
    keys = [attrs["data-key"] for tag, attrs in found if "data-key" in attrs]
    assert keys == [line.key for part in sections(load()) for line in part.lines]
    assert len(set(keys)) == len(keys) == kit.count
    assert sum(attrs.get("type") == "radio" for _, attrs in found) == 3 * len(keys)
    ids = [attrs["id"] for _, attrs in found if "id" in attrs]
    assert len(set(ids)) == len(ids)


def test_the_page_names_the_pack_and_its_hash(page):
    raw = load().raw
    for text in (
        raw["title"],
        str(raw["version"]),
        sha256_of(load().path),
        "never an order",
        "0 of",
    ):
        assert text in page


def test_every_source_is_named_in_full_and_what_is_ours_is_marked(kit, page):
    lines = {line.key: line for part in kit.parts for line in part.lines}
    assert any(line.is_ours for line in lines.values())
    for line in lines.values():
        assert line.is_ours == (
            any(cite.startswith("OURS") for cite, _ in line.cites)
            or any("[OURS]" in text for _, text in line.details)
        )
        assert all(source != "not listed in the sources" for _, source in line.cites)
    assert page.count("is-ours") >= sum(line.is_ours for line in lines.values())


def test_the_page_asks_for_nothing_and_runs_only_its_own_script(page):
    found = Elements(page).found
    assert not [tag for tag, attrs in found if {"src", "srcset", "action"} & attrs.keys()]
    assert not [attrs for _, attrs in found if any(name.startswith("on") for name in attrs)]
    assert {attrs["href"][0] for tag, attrs in found if "href" in attrs} == {"#"}
    assert "http://" not in page and "https://" not in page and "@import" not in page
    [policy] = [attrs["content"] for _, attrs in found if attrs.get("http-equiv")]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_a_hostile_pack_is_text(tmp_path):
    text = TEXT.replace("title: ", f"title: {HOSTILE} ", 1).replace(
        'because: "', f'because: "{HOSTILE} '
    )
    page = as_html(kit_of(own_pack(tmp_path / "site", text), date(2026, 11, 29)))
    assert "<script>alert" not in page and page.count("<script") == 1


def test_lines_of_one_id_are_told_apart(kit):
    codes = [(part.name, line.code) for part in kit.parts for line in part.lines]
    assert len(set(codes)) == len(codes)


def test_a_part_that_no_code_knows_is_reviewed_too(tmp_path):
    text = TEXT + "\nown_doses:\n  - {id: D1, dose: 1 mg, cites: [OURS]}\nown_note: {first: x}\n"
    found = {part.name: part.lines for part in sections(own_pack(tmp_path / "site", text))}
    assert found["own_doses"][0].key == "own_doses.D1" and found["own_doses"][0].is_ours
    assert found["own_note"][0].details == (("Value", "x"),)


def test_every_example_is_called_invented(kit, page):
    shown = sum(bool(line.has_examples) for part in kit.parts for line in part.lines)
    assert page.count("Invented example patients") == shown > 50


def test_both_files_are_written_and_are_the_same_each_time(tmp_path):
    page, paper = write_kit(load(), tmp_path / "new", date(2026, 11, 29))
    version = load().raw["version"]
    assert page.name == f"review-praxis-2026-{version}.html" and paper.suffix == ".pdf"
    before = page.read_bytes(), paper.read_bytes()
    assert before[1].startswith(b"%PDF-") and len(re.findall(rb"/Type /Page\b", before[1])) > 20
    write_kit(load(), tmp_path / "new", date(2026, 11, 29))
    assert (page.read_bytes(), paper.read_bytes()) == before


def test_the_paper_form_has_every_sign():
    from pipeline.review.paper import _fit, _register_fonts

    _register_fonts()
    assert _fit("≥ ≤ µ § – ² “é” ł") == "≥ ≤ µ § – ² “é” ł"
    assert _fit("μ → 李") == "µ -> ?"


@pytest.mark.parametrize(
    ("name", "safe"), [("../x", "x"), ("a/b c", "a-b-c"), ("1.0.0", "1.0.0"), ("..", "pack")]
)
def test_a_pack_cannot_name_a_file_elsewhere(name, safe):
    assert safe_name(name) == safe
