"""Every page: no finding of axe-core, in light and dark; and it fits its window, wide and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.web.server import standalone
from tests.serving import serving

WIDE = 1280
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "worklist": "/worklist?filters=1", "filtered": "/worklist?priority=1&status=open", "empty": "/worklist?status=merged", "population": "/population", "outcomes": "/population/outcomes", "episodes": "/worklist?stage=identified&sex=female",
    "what-if": "/population/what-if", "another-pack": "/population/what-if/protocol?pack=nice-ng239", "shadows": "/population/shadows", "quality": "/quality", "rejects": "/quality/rejects", "unmapped": "/quality/unmapped", "refused": "/quality/refused", "data-docs": "/quality/data-docs", "runs": "/runs",
    "help": "/help", "audit": "/audit", "missing": "/no-such-page",
}  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def open_all(page):
    "What is folded away counts too"
    page.evaluate(
        "document.querySelectorAll('details:not(.menu)').forEach((one) => { one.open = true; })"
    )


def settled(page):
    "Loaded, and changed by no script any more"
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def is_accessible(page):
    "In the wide window alone: a narrow one shows the same document, and axe takes seconds"
    settled(page)
    open_all(page)
    if page.viewport_size["width"] < WIDE:
        return
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, rules)", RULES)["violations"]
    assert [
        (one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found
    ] == []


def fits(page):
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, "the page is wider than its window"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page(page, name, scheme):
    page.emulate_media(color_scheme=scheme)
    answer = page.request.get(PAGES[name])
    assert answer.status == (404 if name == "missing" else 200)
    if name != "missing":  # the browser itself complains of a 404 on the console
        page.goto(PAGES[name])
        is_accessible(page)
        fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_patient(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for address in ("/worklist", "/worklist?alert=THERAPY_LAPSED"):
        page.goto(address)
        page.locator("a.open").first.click()
        expect(page.locator("h1")).to_contain_text("Patient")
        is_accessible(page)
        fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_another_protocol_is_calculated_and_its_patients_opened_with_the_keyboard_alone(
    page, scheme
):
    page.emulate_media(color_scheme=scheme)
    page.goto("/population/what-if/protocol")
    page.locator("#pack").focus()
    page.keyboard.type("aafp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#pack-title")).to_contain_text("aafp-2025")
    if page.get_by_role("button", name="Calculate").count():  # once for all readers
        page.get_by_role("button", name="Calculate").focus()
        page.keyboard.press("Enter")
    expect(page.locator("#effect")).to_be_visible()
    is_accessible(page)
    fits(page)
    page.get_by_role("link", name="Show the patients").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Patients who would change under aafp-2025")
    is_accessible(page)
    fits(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Patient")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_chosen_and_written(page, scheme, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Example Health Centre")
    monkeypatch.setenv("B12_CLINIC_PHONE", "020 7946 0000")
    page.emulate_media(color_scheme=scheme)
    page.goto("/worklist?priority=4&status=open")
    page.locator("[data-row] input[type=checkbox]").first.check()
    page.get_by_role("button", name="Letter …").click()
    expect(page.locator("h1")).to_have_text("Letter or SMS to 1 patient")
    is_accessible(page)
    fits(page)
    page.get_by_role("button", name="as PDF").first.click()
    expect(page.locator("[data-done]")).to_contain_text("1 letter written and logged.")
    is_accessible(page)
    fits(page)
    page.keyboard.press("z")
    expect(page.locator("[data-done]")).to_contain_text("Taken back for 1 patient")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unmapped_code_is_searched_and_previewed_with_the_keyboard_alone(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/quality/unmapped?entity=procedure")
    page.locator("th.delivered a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Code")
    page.locator("#concept").focus()
    page.keyboard.type("gastric bypass")
    expect(page.locator("#found li").first).to_contain_text("Bariatric surgery")
    is_accessible(page)
    fits(page)
    page.locator("#concept").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text("If it is mapped to")
    is_accessible(page)
    fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_unit_that_no_map_knows(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/quality/unmapped?entity=lab_result")
    page.locator("th.delivered a").first.click()
    expect(page.locator("h1")).to_contain_text("Unit")
    is_accessible(page)
    fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_runs_compared(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/runs")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("h1")).to_have_text("What changed")
    is_accessible(page)
    fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_and_an_attempt_that_fails(page, scheme, tmp_path):
    "Of a server with a user; with the keyboard alone"
    home = Home(tmp_path)
    worklist.add_user(
        worklist.open_store(home), "ann", role="coordinator", password="correct horse battery"
    )
    page.emulate_media(color_scheme=scheme)
    page.wait_for_load_state("networkidle")  # the pages of the fixture ask for their icon late
    with serving(standalone(home)) as base:
        page.watch.base = base
        page.goto(f"{base}/worklist")
        is_accessible(page)
        page.locator("#name").focus()
        page.keyboard.type("ann")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        is_accessible(page)
        fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_before_the_first_user_and_of_a_user_of_one_site(page, scheme, tmp_path):
    home = Home(tmp_path)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_load_state("networkidle")  # the pages of the fixture ask for their icon late
    with serving(standalone(home)) as base:
        page.watch.base = base
        page.goto(f"{base}/worklist")
        page.wait_for_selector("text=Open the link from the terminal")
        is_accessible(page)
        fits(page)
        store = worklist.open_store(home)
        password = "correct horse battery"
        worklist.add_user(store, "ann", role="coordinator", password=password, sites=("North",))
        page.goto(f"{base}/login")
        page.fill("#name", "ann")
        page.fill("#password", password)
        page.keyboard.press("Enter")
        page.wait_for_selector("#patient")
        page.fill("#patient", "P1")
        page.keyboard.press("Enter")
        page.wait_for_selector("#open-title")
        is_accessible(page)
        fits(page)
        page.goto(f"{base}/account")
        page.wait_for_selector("#password-title")
        is_accessible(page)
        fits(page)
