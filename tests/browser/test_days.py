"""A coordinator's morning and a steward's check, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector, limit=400):
    "Tab on until the element has the focus, as a user without a mouse does"
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached with Tab")


def test_a_coordinators_morning(page):
    page.goto("/worklist?status=open")
    total = page.locator(".total b").last.inner_text()
    assert page.locator(".chip").first.inner_text().split()[-1] == total, (
        "what is counted is what is listed"
    )
    press(page, "j", "j", "Enter")  # the second row
    expect(page.locator("h1")).to_contain_text("Patient")
    patient = page.locator("h1").inner_text().split()[-1]
    assert patient not in page.url
    page.wait_for_load_state("load")
    press(page, "a")
    expect(page.locator(".state")).to_contain_text("Assigned")
    tab_to(page, "#to")
    page.keyboard.type("Contacted")
    tab_to(page, "#comment")
    page.keyboard.type("Rang; will come on Monday. <b>")
    tab_to(page, "form[data-act] button.primary")
    press(page, "Enter")
    expect(page.locator(".state")).to_contain_text("Contacted")
    expect(page.locator("body")).to_contain_text("Rang; will come on Monday. <b>")
    tab_to(page, "#noted_on")
    page.keyboard.type("01022026")
    tab_to(page, "form[action$='/headache'] button")
    press(page, "Enter")
    expect(page.locator("#notes-title ~ .note").first).to_contain_text("Noted on")
    press(page, "u")
    expect(page.locator("h1")).to_have_text("Worklist")
    press(page, "/")
    page.keyboard.type(patient)
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(patient)
    assert patient not in page.url
    snooze_and_undo(page)


def snooze_and_undo(page):
    tab_to(page, "#to")
    page.keyboard.type("Snoozed")
    tab_to(page, "#until")
    page.keyboard.type("01012099")
    tab_to(page, "form[data-act] button.primary")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("one year ahead")


def test_many_rows_are_assigned_at_once(page):
    page.goto("/worklist?priority=4")
    press(page, "j", "x", "j", "x", "j", "x")
    expect(page.locator("[data-picked]")).to_have_text("3 rows selected")
    press(page, "a")
    expect(page.locator(".done")).to_contain_text("3 patients assigned to")
    page.goto("/worklist?status=assigned&priority=4")
    assert page.locator("[data-row]").count() >= 3


def test_two_people_at_one_item(page, browser, server, app):
    page.goto("/worklist?priority=3&status=open")
    press(page, "j", "Enter")
    expect(page.locator("h1")).to_contain_text("Patient")
    other = browser.new_context(base_url=server).new_page()
    other.goto(app.state.links.new())
    other.goto(page.url)
    other.locator("#to").select_option("ordered")
    other.locator("form[data-act] button.primary").click()
    expect(other.locator(".state")).to_contain_text("Ordered")
    page.locator("#comment").fill("typed for minutes")
    with page.expect_response(lambda answer: answer.url.endswith("/act")) as answer:
        page.locator("form[data-act] button.primary").click()
    assert answer.value.status == 409
    expect(page.locator("main")).to_contain_text("Ordered")
    expect(page.locator("#comment")).to_have_value("typed for minutes")


def test_a_stewards_check(page):
    page.goto("/worklist")
    tab_to(page, "nav[aria-label='Pages'] a[href$='/quality']")
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("Data quality")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ passed"))
    tab_to(page, "main summary")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("screening.assessment")
    assert not re.search(r"DEMO\d{7}", page.locator("main").inner_text()), "no patient on this page"
    tab_to(page, "a[href$='/quality/rejects']")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("Bad date")
    page.go_back()
    tab_to(page, "nav[aria-label='Pages'] a[href$='/population']")
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("Population")
    tab_to(page, "a[href$='/what-if']")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("What if")


def test_a_narrow_or_wide_page_prints_without_its_controls(page):
    page.goto("/worklist")
    page.emulate_media(media="print")
    expect(page.locator(".bulk")).to_be_hidden()
    expect(page.locator("header nav")).to_be_hidden()
    expect(page.locator("[data-row]").first).to_be_visible()
    expect(page.locator(".foot")).to_be_visible()  # what is printed says whether it was signed
    expect(page.locator(".foot")).to_contain_text("not signed by a clinician yet")
    expect(page.locator(".foot a")).to_be_hidden()


def test_keys_of_one_character_can_be_switched_off(page):
    page.goto("/worklist")
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    press(page, "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.reload()
    press(page, "j")
    assert page.locator("[data-row].at").count() == 0
    page.locator("[data-help]").click()
    page.locator("#keys-on").check()
    press(page, "Escape", "j")
    assert page.locator("[data-row].at").count() == 1


def test_calls_are_logged_in_two_keys_and_the_list_goes_on(page):
    "Ten patients in order: some called, one taken back, none opened twice"
    page.goto("/worklist?priority=3&status=open")
    order = page.locator("a.open").all_inner_texts()[:10]
    press(page, "j", "Enter")
    for place, patient in enumerate(order[:4]):
        expect(page.locator("h1")).to_have_text(f"Patient {patient}")
        page.wait_for_load_state("load")
        press(page, "c", "rnm"[place % 3])
        expect(page.locator("[data-done]")).to_contain_text("Saved: Contact attempt")
        expect(page.locator("[data-done]")).to_be_focused()
        press(page, "n")
    expect(page.locator("h1")).to_have_text(f"Patient {order[4]}")
    page.wait_for_load_state("load")
    press(page, "c", "r")
    expect(page.locator(".state")).to_contain_text("Contacted")
    press(page, "z")
    expect(page.locator("[data-done]")).to_contain_text("Taken back")
    expect(page.locator(".state")).to_contain_text("Open")


def test_a_typed_comment_is_not_lost_without_a_question(page):
    page.goto("/worklist?priority=3&status=open")
    press(page, "j", "Enter")
    page.wait_for_url("**/patients/*")
    page.locator("#comment").press_sequentially("half a sentence")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/worklist")
    assert asked == ["beforeunload"]


def test_no_bar_hides_the_row_that_has_the_focus(page):
    "WCAG 2.4.11, with Tab and with j, down the whole list"
    page.goto("/worklist?priority=4")
    hidden = """() => {
        const [row, bar, top] = [document.activeElement.getBoundingClientRect(), ...[".bulk", ".top"].map(
            (name) => document.querySelector(name).getBoundingClientRect())];
        const sticks = getComputedStyle(document.querySelector(".top")).position === "sticky";
        const below = row.bottom > bar.top + 1 && row.top < bar.bottom;
        return (below && getComputedStyle(document.querySelector(".bulk")).position === "sticky") || (sticks && row.top < top.bottom - 1);
    }"""
    for _ in range(12):
        press(page, "j")
        assert not page.evaluate(hidden)
    tab_to(page, "a.open")
    for _ in range(24):
        press(page, "Tab")
        assert not page.evaluate(hidden)


def sheets(page):
    "How many sheets of paper the page is printed on"
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_ten_patients_are_printed_on_a_sheet_and_a_patient_on_one(page):
    page.goto("/worklist")
    rows = page.locator("[data-row]").count()
    assert sheets(page) <= -(-rows // 10) + 1
    press(page, "j", "Enter")
    page.wait_for_url("**/patients/*")
    expect(page.locator(".chart canvas")).to_have_count(1)
    # drawn for a narrow window, the chart is taller
    assert sheets(page) <= (1 if page.viewport_size["width"] >= 1280 else 2)
