"""A whole morning with the keyboard alone, as a coordinator, a clinician and a steward, and the list of the night after it; the mornings before and after a change of protocol."""

import re
from contextlib import closing
from datetime import date, timedelta

from playwright.sync_api import expect

from pipeline import run as walk
from pipeline import worklist
from pipeline.web import create_app
from tests.browser.test_accessible import WIDE, fits, is_accessible
from tests.browser.test_days import press, tab_to
from tests.command import b12, deliver
from tests.serving import serving
from tools.switched import put_aside

TODAY = date.today()
PATIENTS, SNOOZED, UNDONE = 20, (6, 13), 9
IN_THREE_WEEKS = TODAY + timedelta(days=21)
NEW = "nice-ng239"
CHANGED = f"The protocol changed from praxis-2026 2.0.0 to {NEW} 1.0.0."
SIGN = ("protocol", "sign", NEW, "--name", "Dr Demo", "--role", "clinician", "--yes")
CALLS = {"r": "reached", "n": "no_answer", "m": "message_left"}


def test_twenty_patients_in_order_three_letters_and_the_next_nights_list(page, app, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Demo Clinic")
    monkeypatch.setenv("B12_CLINIC_PHONE", "020 7946 0000")
    to_call, to_write = (3, 4) if page.viewport_size["width"] >= WIDE else (4, 3)  # of one home
    page.goto(f"/worklist?priority={to_call}&status=open")
    order = page.locator("a.open").all_inner_texts()[:PATIENTS]
    press(page, "j", "Enter")
    called = {}
    for place, patient in enumerate(order):
        expect(page.locator("h1")).to_have_text(f"Patient {patient}")
        page.wait_for_load_state("load")
        if place in SNOOZED:
            snooze(page)
        else:
            called[patient] = call(page, "rnm"[place % 3])
        if place == UNDONE:
            press(page, "z")
            expect(page.locator("[data-done]")).to_contain_text("Taken back")
            del called[patient]
        if place == 0:
            is_accessible(page)
            fits(page)
        press(page, "n")
    written = letters(page, to_write)
    tonight(page, app, [order[place] for place in SNOOZED])
    listed(app, order, called, written)


def call(page, key):
    press(page, "c", key)
    expect(page.locator("[data-done]")).to_contain_text("Saved: Contact attempt")
    expect(page.locator("[data-done]")).to_be_focused()
    return CALLS[key]


def snooze(page):
    tab_to(page, "#to")
    page.keyboard.type("Snoozed")
    tab_to(page, "#until")
    page.keyboard.type(f"{IN_THREE_WEEKS:%m%d%Y}")
    tab_to(page, "form[data-act] button.primary")
    press(page, "Enter")
    expect(page.locator(".state")).to_contain_text("Snoozed")
    expect(page.locator("[data-done]")).to_be_focused()


def letters(page, priority):
    "Three letters in one PDF; returns the patients"
    page.goto(f"/worklist?priority={priority}&status=open")
    patients = page.locator("a.open").all_inner_texts()[:3]
    press(page, "j", "x", "j", "x", "j", "x")
    tab_to(page, "button[formaction$='/letters']")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("3 patients")
    is_accessible(page)
    fits(page)
    tab_to(page, "button[name=write][value$='|pdf']")
    press(page, "Enter")
    expect(page.locator("[data-done]")).to_contain_text("3 letters written and logged")
    is_accessible(page)
    fits(page)
    link = page.locator("[data-done] a[download]").first
    with page.expect_download() as download:
        tab_to(page, "[data-done] a[download]")
        press(page, "Enter")
    data = download.value.path().read_bytes()
    assert data.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", data)) == 3, link
    return patients


def tonight(page, app, snoozed):
    "A run, with a low B12 of one of the patients who were snoozed"
    home, folder = app.state.home, app.state.home.root / f"night-{page.viewport_size['width']}"
    result = {
        "patient_id": snoozed[0], "result_id": f"night-{snoozed[0]}", "code": "2132-9",
        "code_system": "LOINC", "value": "100", "unit": "pg/mL", "status": "final",
        "collected_at": f"{TODAY}T06:00:00Z",
    }  # fmt: skip
    walk.ingest(home, [deliver(folder, lab_result=[result])], "canonical")
    walk.screen_population(home, as_of=TODAY)
    page.goto("/worklist?since=changed")
    expect(page.locator("main")).to_contain_text(snoozed[0])


def listed(app, order, called, written):
    "What the store says of each after the night"
    rows = {
        patient: worklist.item_of_patient(app.state.store, patient)
        for patient in [*order, *written]
    }
    back, still = (rows[order[place]] for place in SNOOZED)
    assert (back["status"], back["snoozed_until"]) == ("open", None) and back["priority"] < 3
    assert (still["status"], still["snoozed_until"]) == ("snoozed", IN_THREE_WEEKS)
    undone = rows[order[UNDONE]]
    assert (undone["status"], undone["failed_attempts"]) == ("open", 0)
    for patient, outcome in called.items():
        row, is_reached = rows[patient], outcome == "reached"
        assert row["status"] == ("contacted" if is_reached else "open"), outcome
        assert row["failed_attempts"] == (not is_reached)
        assert (row["next_attempt_on"] is None) == is_reached
    for patient in written:
        events = worklist.events(app.state.store, rows[patient]["key"])
        assert ("letter", "sent") in {(one["channel"], one["outcome"]) for one in events}


def test_a_clinician_reads_one_page_and_decides(page):
    page.goto("/worklist?priority=1&priority=2")
    press(page, "j", "Enter")
    expect(page.locator("#rec-title")).not_to_be_empty()
    for title in ("Key values", "Over time", "Rules considered"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.wait_for_load_state("load")
    tab_to(page, ".tip summary")
    press(page, "Enter")
    expect(page.locator(".tip[open] [role=note]")).to_be_visible()
    is_accessible(page)
    press(page, "Escape")
    tab_to(page, "#noted_on")
    page.keyboard.type(f"{TODAY:%m%d%Y}")
    tab_to(page, "form[action$='/headache'] button")
    press(page, "Enter")
    expect(page.locator("#notes-title ~ .note").first).to_contain_text("Noted on")
    tab_to(page, "#to")
    page.keyboard.type("Referred")
    tab_to(page, "#comment")
    page.keyboard.type("To haematology")
    tab_to(page, "form[data-act] button.primary")
    press(page, "Enter")
    expect(page.locator(".state")).to_contain_text("Referred")
    press(page, "u")
    expect(page.locator("h1")).to_have_text("Worklist")


def test_a_steward_maps_a_code_and_its_patients_are_listed(page, app):
    home, width = app.state.home, page.viewport_size["width"]
    code, patients = f"LOCALB12-{width}", [f"mapped-{width}-{number}" for number in range(3)]
    results = [
        {"patient_id": patient, "result_id": f"of-{patient}", "code": code, "code_system": "LOCAL",
         "name": "Vit. B12 serum", "value": "110", "unit": "pg/mL", "status": "final",
         "collected_at": f"{TODAY}T06:00:00Z"}
        for patient in patients
    ]  # fmt: skip
    births = [{"patient_id": patient, "birth_date": "1960-05-01"} for patient in patients]
    walk.ingest(home, [deliver(home.root / code, lab_result=results, patient=births)], "canonical")
    page.goto("/quality")
    tab_to(page, "a[href$='/quality/unmapped']")
    press(page, "Enter")
    expect(page.locator("th.delivered a").first).to_contain_text(code)
    page.wait_for_load_state("load")
    tab_to(page, "th.delivered a")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(code)
    tab_to(page, "button[name=to][value*='|']")
    press(page, "Enter")
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator(".figures")).to_contain_text("3")
    is_accessible(page)
    fits(page)
    tab_to(page, "form[action$='/answer'] button.primary")
    press(page, "Enter")
    expect(page.locator("[data-done]")).to_contain_text("Saved in the map of canonical")
    assert b12(home.root, "reingest").code == 0
    walk.screen_population(home, as_of=TODAY)
    page.goto("/quality/unmapped")
    assert code not in page.locator("main").inner_text()
    page.goto("/worklist")
    press(page, "/")
    page.keyboard.type(patients[0])
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(f"Patient {patients[0]}")
    expect(page.locator("main")).to_contain_text("110 pg/mL")


def test_a_shadow_is_watched_the_protocol_changed_and_the_next_morning_shows_it(
    page, screened_home
):
    home, reader = screened_home, Reader()
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
        put_aside(store, TODAY - timedelta(days=1))
    page.wait_for_load_state("networkidle")  # the pages of the fixture ask for their icon late
    with serving(create_app(home, identify=reader.actor)) as base:
        page.watch.base = base
        a_lead_watches_the_shadow(page, base)
        assert b12(home.root, *SIGN).code == 0
        walk.screen_population(home, as_of=TODAY, pack=NEW)
        reader.role = "coordinator"
        the_morning_after(page, base)
        walk.screen_population(home, as_of=TODAY, pack=NEW)
        nothing_is_said_a_night_later(page, base)
    with closing(worklist.open_store(home)) as store:
        nothing_opened_again(store)


class Reader:
    "Who asks for a page"

    role = "steward"

    def actor(self):
        return worklist.Actor("ann", self.role, None)


def a_lead_watches_the_shadow(page, base):
    "From its course to who would be added, and one of them"
    page.goto(f"{base}/population/shadows")
    expect(page.locator("#shadow-1")).to_contain_text(NEW)
    expect(page.locator("#shadow-1-course ~ .trends li")).to_have_count(4)
    is_accessible(page)
    tab_to(page, f"a[href*='protocol?pack={NEW}']")
    press(page, "Enter")
    expect(page.locator("#pack-title")).to_contain_text(NEW)
    tab_to(page, "form[method=post] button.primary")
    press(page, "Enter")
    expect(page.locator("#effect")).to_be_visible(timeout=60_000)  # it screens everyone once more
    tab_to(page, "a[href*='/patients?pack=']")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(f"Patients who would change under {NEW}")
    tab_to(page, "a[href*='way=come']")
    press(page, "Enter")
    expect(page.locator("a.chip[aria-current]")).to_contain_text("Added")
    press(page, "j", "Enter")
    expect(page.locator("h1")).to_contain_text("Patient")


def the_morning_after(page, base):
    "The head of the list, a patient who is open again, one who stayed done, and the comparison"
    page.goto(f"{base}/worklist")
    expect(page.locator("#switch")).to_contain_text(CHANGED)
    expect(page.locator("footer")).to_contain_text("signed by Dr Demo")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        is_accessible(page)
    fits(page)
    tab_to(page, "#switch a[href*='since=reopened']")
    press(page, "Enter")
    expect(page.locator(".chip[aria-current]").last).to_contain_text("Reopened by it")
    expect(page.locator(".changed").first).to_contain_text(CHANGED)
    press(page, "j", "Enter")
    expect(page.locator("#status-card")).to_contain_text(CHANGED)
    expect(page.locator(".state")).to_contain_text("Open")
    is_accessible(page)
    fits(page)
    page.goto(f"{base}/worklist?since=protocol&status=done")
    expect(page.locator(".c-status").first).to_contain_text("Done")
    expect(page.locator(".changed").first).to_contain_text("The same action, by another rule")
    page.goto(f"{base}/worklist")
    tab_to(page, "#switch a[href*='/runs/compare']")
    press(page, "Enter")
    expect(page.locator("#switch")).to_contain_text(CHANGED)
    is_accessible(page)
    fits(page)


def nothing_is_said_a_night_later(page, base):
    page.goto(f"{base}/worklist")
    expect(page.locator("h1")).to_have_text("Worklist")
    expect(page.locator("#switch")).to_have_count(0)
    page.goto(f"{base}/runs")
    expect(page.locator("#switch")).to_have_count(0)
    expect(page.locator(".badge", has_text="protocol changed")).to_have_count(1)


def nothing_opened_again(store):
    last, switch, *_ = worklist.runs(store)
    opened = {
        run["run_id"]: sum(
            one["kind"] == "reopened" and one["run_id"] == run["run_id"]
            for row in worklist.listed(store, worklist.Filter(), today=TODAY)
            for one in worklist.events(store, row["key"])
        )
        for run in (last, switch)
    }
    assert opened[last["run_id"]] == 0 < opened[switch["run_id"]]
