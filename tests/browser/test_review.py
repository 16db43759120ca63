"""The review form as a file in a browser: answered with the keyboard, kept, saved, and taken back."""

import json
from datetime import date

import pytest
from playwright.sync_api import expect

from pipeline.review.kept import keep
from pipeline.review.kit import as_html, kit_of
from tests.browser.conftest import Watch
from tests.browser.test_accessible import AXE, RULES, fits
from tests.reviews import own_pack


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    "A pack of the module's own, and its form as a file"
    pack = own_pack(tmp_path_factory.mktemp("site"))
    file = tmp_path_factory.mktemp("form") / "review.html"
    file.write_text(as_html(kit_of(pack, date.today())), encoding="utf-8")
    return pack, file.as_uri()


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def opened(request, browser, form):
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, accept_downloads=True, offline=True
    )
    page = context.new_page()
    watch = Watch(page, "file:")
    page.goto(form[1])
    yield page
    context.close()
    assert watch.complaints == []


def line(page, key):
    return page.locator(f"[data-key='{key}']")


def reviewer(page):
    page.fill("#reviewer", "Ada Example")
    page.fill("#role", "haematologist")


def saved(page, tmp_path):
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "answers.json")
    return tmp_path / "answers.json"


def test_two_lines_are_answered_saved_and_kept(opened, form, tmp_path):
    pack, _ = form
    reviewer(opened)
    line(opened, "bands.b12").get_by_label("Agree").check()
    line(opened, "next_step.N05").get_by_label("Object").focus()
    opened.keyboard.press("Space")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    opened.keyboard.type('Give the <b>doses</b> & "why"')
    expect(opened.locator("#count")).to_contain_text("2 of")
    file = saved(opened, tmp_path)
    whole = json.loads(file.read_text(encoding="utf-8"))
    assert (whole["pack"], whole["version"]) == (pack.name, pack.raw["version"])
    assert whole["date"] == date.today().isoformat()
    _, review = keep(pack, file, is_replacing=True)
    assert [(one.key, one.answer, one.comment) for one in review.answers] == [
        ("bands.b12", "agree", ""),
        ("next_step.N05", "object", 'Give the <b>doses</b> & "why"'),
    ]


def test_answers_stay_over_a_reload_and_come_back_from_a_file(opened, form, tmp_path):
    reviewer(opened)
    line(opened, "safety.A01").get_by_label("Not sure").check()
    line(opened, "safety.A01").locator("textarea").fill("Which dose?")
    opened.reload()
    expect(opened.locator("#count")).to_contain_text("1 of")
    expect(line(opened, "safety.A01").locator("textarea")).to_have_value("Which dose?")
    file = saved(opened, tmp_path)
    opened.once("dialog", lambda dialog: dialog.accept())
    opened.click("#clear")
    expect(opened.locator("#count")).to_contain_text("0 of")
    opened.set_input_files("#load", file)
    expect(opened.locator("#told")).to_have_text("The answers of the file are filled in.")
    expect(line(opened, "safety.A01").get_by_label("Not sure")).to_be_checked()
    opened.set_input_files("#load", {"name": "x.json", "mimeType": "a/b", "buffer": b"{"})
    expect(opened.locator("#told")).to_have_text("This is not a file that this page saved.")


def test_what_is_missing_is_said_before_it_is_saved(opened):
    opened.click("#save")
    expect(opened.locator("#told")).to_contain_text("Enter your name")
    expect(opened.locator("#reviewer")).to_be_focused()
    reviewer(opened)
    opened.click("#save")
    expect(opened.locator("#told")).to_have_text("No line is answered yet.")
    line(opened, "next_step.N05").get_by_label("Object").check()
    opened.click("#save")
    expect(line(opened, "next_step.N05").locator(".wrong")).to_contain_text("needs a comment")
    expect(line(opened, "next_step.N05").get_by_label("Agree")).to_be_focused()


def test_lines_are_filtered_and_the_next_open_one_is_found(opened):
    opened.select_option("#show", "ours")
    shown = opened.locator("fieldset.line:visible")
    assert 0 < shown.count() == opened.locator("fieldset.line.is-ours").count()
    opened.select_option("#show", "object")
    expect(shown).to_have_count(0)
    opened.select_option("#show", "all")
    first = opened.locator("fieldset.line").first
    first.get_by_label("Agree").check()
    opened.click("#next")
    expect(opened.locator("fieldset.line").nth(1).get_by_label("Agree")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_accessible_and_fits(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    fits(opened)
    if opened.viewport_size["width"] < 1000:
        return
    # axe takes seconds for each hundred lines, and the lines of a part are alike
    opened.evaluate(
        "document.querySelectorAll('.part').forEach((part) =>"
        " [...part.querySelectorAll('fieldset.line')].slice(3).forEach((line) => line.remove()))"
    )
    line(opened, "next_step.N01").get_by_label("Object").check()
    opened.evaluate(AXE)
    found = opened.evaluate("(rules) => axe.run(document, rules)", RULES)["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == []
