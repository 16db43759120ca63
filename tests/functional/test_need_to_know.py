"""Need to know on the pages: a user of some sites sees, searches, exports and counts their patients alone; others only with a
reason that is kept; who opted out, stewards alone."""

import re
from types import SimpleNamespace

import pytest

from pipeline import exports, worklist
from pipeline.core import Home
from pipeline.web import create_app
from tests.command import b12, deliver, run
from tests.functional.web_client import client, keys, token
from tests.homes import built_once, copied

FIRST, SECOND = "2026-01-30", "2026-01-31"
SITES = {
    "nora": "North", "nils": "North", "nemo": "North", "nell": "North", "sara": "South", "sven": "South",
    "siri": "South", "xena": "", "wilma": "Élan & <West>",
}  # fmt: skip
LISTED = ("nora", "nils", "nell", "sara", "sven", "xena", "wilma")
NEVER_LISTED = ("nemo", "siri")
OPTED_OUT = "nell"
PAGES = (
    "/worklist", "/worklist?status=excluded&status=resolved&status=off_list", "/worklist?site=South", "/worklist?site=-",
    "/worklist?sort=site&order=down", "/population", "/population/outcomes", "/runs", "/runs/compare", "/quality", "/help",
)  # fmt: skip


def patients(opted_out=()):
    return [
        {"patient_id": one, "birth_date": "1950-01-01", "sex": "female", "site": site, "opted_out": str(one in opted_out).lower()}
        for one, site in SITES.items()
    ]  # fmt: skip


def results(on, value, of):
    return [
        {"patient_id": one, "result_id": f"{one}-{on}", "code": "2132-9", "value": value, "unit": "pg/mL", "collected_at": on}
        for one in of
    ]  # fmt: skip


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    return built_once(tmp_path_factory, "sites", two_nights) / "home"


def two_nights(folder):
    "On the second, one has opted out and all who are listed have a lower result"
    low, fine = results("2026-01-05", "190", LISTED), results("2026-01-05", "600", NEVER_LISTED)
    run(
        folder / "home",
        deliver(folder / "one", patient=patients(), lab_result=low + fine),
        as_of=FIRST,
    )
    lower = results("2026-01-29", "90", set(LISTED) - {OPTED_OUT})
    run(
        folder / "home",
        deliver(folder / "two", patient=patients([OPTED_OUT]), lab_result=lower),
        as_of=SECOND,
    )


@pytest.fixture
def home(screened, tmp_path):
    return Home(copied(screened, tmp_path / "home"))


@pytest.fixture
def store(home):
    store = worklist.open_store(home)
    worklist.follow(home, store)
    yield store
    store.close()


def browser_of(home, *sites, role="coordinator", name="kim"):
    actor = worklist.Actor(name, role, sites or None)
    return client(create_app(home, identify=lambda: actor))


def named(text):
    return {one for one in SITES if re.search(rf"\b{one}\b", text)}


def search(browser, patient):
    page = browser.get("/worklist")
    sent = {"csrf": token(page), "patient": patient}
    return browser.post("/worklist/search", data=sent)


def open_patient(browser, patient, **changed):
    sent = {"reason": "care", "because": "She is in my clinic today.", "patient": patient}
    return browser.post(
        "/patients/open", data={"csrf": token(browser.get("/worklist")), **sent, **changed}
    )


def key_of(store, patient):
    return worklist.key_of_patient(store, patient)


@pytest.mark.parametrize(
    ("sites", "mine"),
    [
        (("North",), {"nora", "nils"}),
        (("South",), {"sara", "sven"}),
        (("",), {"xena"}),
        (("North", ""), {"nora", "nils", "xena"}),
        (("Élan & <West>",), {"wilma"}),
        (("Nowhere",), set()),
    ],
)
def test_a_user_of_some_sites_sees_searches_and_exports_their_patients_alone(
    home, store, sites, mine
):
    kim = browser_of(home, *sites)
    assert named(kim.get("/worklist").text) == mine
    for address in PAGES:
        page = kim.get(address)
        assert page.status_code == 200 and named(page.text) <= mine, address
    for form in exports.FORMATS:
        exported = kim.get(f"/worklist/export?format={form}")
        if not exports.FORMATS[form].is_binary:
            assert named(exported.text) == mine, form
    for letter in "nsxw":
        found = search(kim, letter)
        assert named(found.text) == {one for one in mine if one.startswith(letter)}
    offered = kim.get("/worklist").text
    others = {"North", "South"} - set(sites)
    assert not any(f'value="{site}"' in offered for site in others)


def test_what_is_exported_as_a_binary_file_is_theirs_alone(home, store):
    kim = browser_of(home, "North")
    for form in exports.FORMATS:
        kim.get(f"/worklist/export?format={form}")
        entry = worklist.accesses(store, limit=1)[0]
        seen = {row["patient_id"] for row in worklist.patients_seen(store, entry["id"])}
        assert entry["what"] == "export" and seen == {"nora", "nils"}, form


def test_nothing_is_done_to_a_patient_of_another_site(home, store):
    kim = browser_of(home, "North")
    csrf, key = token(kim.get("/worklist")), key_of(store, "sara")
    acts = {
        f"/patients/{key}/act": {"version": "1", "to": "done"},
        f"/patients/{key}/mine": {"version": "1"},
        f"/patients/{key}/headache": {},
        f"/patients/{key}/notes/1/withdraw": {},
    }
    for address, sent in acts.items():
        assert kim.post(address, data={"csrf": csrf, **sent}).status_code == 403
    assigned = kim.post(
        "/worklist/act", data={"csrf": csrf, "to": "me", "keys": f"{key}:1", "back": ""}
    )
    assert assigned.status_code == 400
    assert worklist.item(store, key)["status"] == "open"
    assert [one["what"] for one in worklist.accesses(store, limit=4)] == ["denied"] * 4


@pytest.mark.parametrize("patient", ["sara", "siri"])
def test_a_patient_of_another_site_is_opened_with_a_reason_that_is_kept(home, store, patient):
    kim, lee = browser_of(home, "North"), browser_of(home, "North", name="lee")
    assert "Open a patient of another site" in search(kim, patient).text
    assert "Open a patient of another site" not in search(kim, "nora").text
    opened = open_patient(kim, patient)
    key = key_of(store, patient)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/patients/{key}")
    assert patient in kim.get(f"/patients/{key}").text
    assert patient not in kim.get("/worklist?status=open&status=off_list").text
    assert lee.get(f"/patients/{key}").status_code == 403
    [entry] = worklist.accesses(store, worklist.Asked(what="break_glass"))
    assert (entry["who"], entry["key"], entry["detail"]) == ("kim", key, worklist.REASONS["care"])
    kept = worklist.opened_with_reason(store, entry["id"])
    assert kept["because"] == "She is in my clinic today."
    admin = browser_of(home, role="admin", name="ada")
    assert "in my clinic today" in admin.get(f"/audit/{entry['id']}").text
    assert f"/audit/{entry['id']}" in admin.get("/audit?what=break_glass").text


def test_the_opening_ends(home, store, monkeypatch):
    kim, key = browser_of(home, "North"), key_of(store, "sara")
    monkeypatch.setattr("pipeline.web.opening.settings", lambda: Hours(0))
    assert open_patient(kim, "sara").status_code == 303
    assert kim.get(f"/patients/{key}").status_code == 403


class Hours:
    "Settings of which one is read"

    def __init__(self, hours):
        self.break_glass_hours = hours


@pytest.mark.parametrize(
    "lacking", [{"reason": ""}, {"reason": "curious"}, {"because": " "}, {"because": "x" * 501}]
)
def test_without_a_reason_nothing_is_opened_and_nothing_is_told(home, store, lacking):
    kim = browser_of(home, "North")
    for patient in ("sara", "nobody-at-all"):
        refused = open_patient(kim, patient, **lacking)
        assert refused.status_code == 400 and patient not in refused.text
    assert kim.get(f"/patients/{key_of(store, 'sara')}").status_code == 403


def test_an_id_that_does_not_exist_is_on_record_as_an_attempt(home, store):
    assert open_patient(browser_of(home, "North"), "nobody-at-all").status_code == 404
    [entry] = worklist.accesses(store, worklist.Asked(what="break_glass_failed"))
    assert entry["detail"] == worklist.REASONS["care"] and "nobody" not in str(entry)


def test_who_opted_out_is_for_stewards_alone(home, store):
    key = key_of(store, OPTED_OUT)
    for browser in (browser_of(home), browser_of(home, role="viewer"), browser_of(home, "North")):
        page = browser.get(f"/patients/{key}")
        assert page.status_code == 403 and "opted out" in page.text and OPTED_OUT not in page.text
        for address in PAGES:
            assert OPTED_OUT not in named(browser.get(address).text), address
        assert OPTED_OUT not in named(search(browser, "ne").text)
        assert open_patient(browser, OPTED_OUT).status_code == 403
    steward = browser_of(home, role="steward")
    assert "190" in steward.get(f"/patients/{key}").text
    assert OPTED_OUT in steward.get("/worklist?status=excluded").text
    assert search(steward, OPTED_OUT).status_code == 303
    assert browser_of(home, "South", role="steward").get(f"/patients/{key}").status_code == 403


def test_counts_are_those_of_the_users_sites(home, store):
    def figures(browser):
        return re.findall(r"<dd>([\d,.–]+)", browser.get("/population").text)[:3]

    assert figures(browser_of(home)) == ["9", "6", "0"]
    assert figures(browser_of(home, "North")) == ["4", "2", "0"]
    assert figures(browser_of(home, "North", "")) == ["5", "3", "0"]
    assert figures(browser_of(home, "Nowhere"))[1:] == ["–", "0"]
    sites = browser_of(home, "South").get("/population").text
    assert "South" in sites and "North" not in sites and "West" not in sites
    runs = browser_of(home, "South").get("/runs").text
    assert '<td class="num">3</td><td class="num">2</td>' in runs
    assert browser_of(home, "South").get("/population/what-if").status_code == 403


def test_every_page_names_the_sites_that_it_is_limited_to(home):
    assert (
        "coordinator · North, no site recorded"
        in browser_of(home, "North", "").get("/worklist").text
    )
    assert "&lt;West&gt;" in browser_of(home, "Élan & <West>").get("/worklist").text


def test_a_patient_moves_with_the_site(home, store, tmp_path):
    "Also one who is not listed, and one whose page was opened before"
    open_patient(browser_of(home, "North"), "siri")
    moved = [
        {**row, "site": "North"} for row in patients([]) if row["patient_id"] in ("sara", "siri")
    ]
    run(home.root, deliver(tmp_path / "three", patient=moved), as_of="2026-02-01")
    worklist.follow(home, store)
    north, south = browser_of(home, "North", name="new"), browser_of(home, "South", name="new")
    assert named(north.get("/worklist").text) == {"nora", "nils", "sara"}
    assert named(south.get("/worklist").text) == {"sven"}
    assert north.get(f"/patients/{key_of(store, 'siri')}").status_code == 200
    assert south.get(f"/patients/{key_of(store, 'siri')}").status_code == 403


def test_what_was_explained_goes_with_an_erased_patient(home, store):
    open_patient(browser_of(home, "North"), "sara", because="Asked for by sara herself")
    assert b12(home.root, "erase", "sara", "--yes").code == 0
    [entry] = worklist.accesses(store, worklist.Asked(what="break_glass"))
    assert entry["rows"] == 1 and worklist.opened_with_reason(store, entry["id"]) is None
    assert b"herself" not in (home.root / "worklist.db").read_bytes()


def test_the_keys_of_a_page_are_those_of_its_patients(home, store):
    "A key is no proof of a right: those of others are not in any list either"
    theirs = {key_of(store, one) for one in ("sara", "sven", "xena", "wilma", OPTED_OUT)}
    kim = browser_of(home, "North")
    for address in PAGES:
        assert not theirs & set(keys(kim.get(address))), address


def line(patient, site, *, into="", opted_out="false"):
    born = {"birth_date": "1950-01-01", "sex": "female"}
    return {
        "patient_id": patient,
        **born,
        "site": site,
        "opted_out": opted_out,
        "merged_into": into,
    }


def night(home, store, folder, as_of, *lines):
    run(home.root, deliver(folder, patient=[*lines]), as_of=as_of)
    worklist.follow(home, store)


def comment(browser, store, patient, text):
    key = key_of(store, patient)
    sent = {"version": worklist.item(store, key)["version"], "comment": text}
    csrf = token(browser.get("/worklist"))
    assert browser.post(f"/patients/{key}/act", data={"csrf": csrf, **sent}).status_code == 303


def test_an_id_that_was_merged_goes_to_the_site_of_the_patient(home, store, tmp_path):
    "The page of the old id would show the patient to the site that it came from"
    night(
        home,
        store,
        tmp_path / "m",
        "2026-02-01",
        line("nora", "North", into="sara"),
        line("sara", "South"),
    )
    key = key_of(store, "nora")
    north, south = browser_of(home, "North"), browser_of(home, "South", name="sue")
    assert north.get(f"/patients/{key}").status_code == 403
    assert "nora" not in north.get("/worklist?status=merged").text
    assert "nora" not in north.get("/worklist/export?format=csv&status=merged").text
    assert search(north, "nora").status_code == 200
    assert south.get(f"/patients/{key}").status_code == 200
    assert open_patient(north, "nora").headers["location"] == f"/patients/{key_of(store, 'sara')}"


def test_an_id_that_was_merged_opts_out_with_the_patient(home, store, tmp_path):
    out = line("nils", "North", opted_out="true")
    night(home, store, tmp_path / "m", "2026-02-01", line("nora", "North", into="nils"), out)
    kim = browser_of(home)
    page = kim.get(f"/patients/{key_of(store, 'nora')}")
    assert page.status_code == 403 and "opted out" in page.text
    assert "nora" not in kim.get("/worklist?status=merged").text
    assert search(kim, "nora").status_code == 200


def test_what_was_done_to_an_id_goes_with_it_when_it_is_separated_again(home, store, tmp_path):
    comment(browser_of(home, "North"), store, "nils", "Lives with his sister")
    sven = line("sven", "South")
    night(home, store, tmp_path / "m", "2026-02-01", line("nils", "North", into="sven"), sven)
    sue, key = browser_of(home, "South", name="sue"), key_of(store, "sven")
    assert "his sister" in sue.get(f"/patients/{key}").text
    apart = line("nils", "North", opted_out="true")
    night(home, store, tmp_path / "u", "2026-02-02", apart, sven)
    assert "his sister" not in sue.get(f"/patients/{key}").text
    assert worklist.item(store, key_of(store, "nils"))["status"] == "excluded"


def test_what_was_done_to_an_id_is_found_at_the_end_of_a_chain_of_merges(home, store, tmp_path):
    comment(browser_of(home, "North"), store, "nils", "Lives with his sister")
    sara, sven = line("sara", "South"), line("sven", "South")
    night(home, store, tmp_path / "1", "2026-02-01", line("nils", "North", into="sara"), sara)
    night(home, store, tmp_path / "2", "2026-02-02", line("sara", "South", into="sven"), sven)
    sue = browser_of(home, "South", name="sue")
    assert "his sister" in sue.get(f"/patients/{key_of(store, 'sven')}").text
    for patient in ("nils", "sara", "sven"):  # who saw this patient, asked for by any of the ids
        asked = worklist.Asked(key=key_of(store, patient), who="sue")
        assert [entry["what"] for entry in worklist.accesses(store, asked)] == ["patient"]


@pytest.mark.parametrize("hidden", ["sara", "siri", OPTED_OUT])
def test_a_search_for_a_patient_whom_the_reader_does_not_see_does_no_more_than_for_nobody(
    home, store, hidden, monkeypatch
):
    "Explaining took half a second, and was kept for those alone who exist: time told them apart"
    monkeypatch.setattr("pipeline.web.explained.explain_run", None)
    kim, known = browser_of(home, "North"), set(worklist.patient_ids(store))
    found, missed = search(kim, hidden), search(kim, "nobody-at-all")
    assert found.text.count(hidden) == missed.text.count("nobody-at-all") > 0
    assert (found.status_code, len(found.text) - len(missed.text)) == (
        200,
        (len(hidden) - len("nobody-at-all")) * found.text.count(hidden),
    )
    assert set(worklist.patient_ids(store)) == known


def test_one_who_was_never_listed_is_found_at_their_own_site(home, store):
    assert search(browser_of(home, "North"), "nemo").status_code == 303
    assert search(browser_of(home), "siri").status_code == 303


def test_who_asked_for_one_who_opted_out_is_on_record_with_the_patient(home, store):
    "The answer tells that there is such a patient"
    assert open_patient(browser_of(home, "South"), OPTED_OUT).status_code == 403
    [entry] = worklist.accesses(store, worklist.Asked(what="break_glass_failed"))
    assert (entry["who"], entry["key"]) == ("kim", key_of(store, OPTED_OUT))
    assert entry["detail"] == worklist.REASONS["care"]


def test_a_run_that_is_held_tells_a_user_of_some_sites_no_total(home, store, monkeypatch):
    held = SimpleNamespace(
        run_id="held",
        as_of="2026-02-02",
        warned=["x"],
        why_held="a gate warned",
        rows=SimpleNamespace(worklist=4711),
    )
    monkeypatch.setattr("pipeline.web.runs.held_manifests", lambda home: [held])
    assert "4,711 patients" in browser_of(home).get("/runs").text
    limited = browser_of(home, "North").get("/runs").text
    assert "Waiting for a steward" in limited and "4,711" not in limited
