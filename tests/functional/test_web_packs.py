"What if another protocol decided, on the pages: what is shown, to whom, what is kept in the audit, and what starts a calculation."

import csv
import io
import re
from contextlib import closing

import pytest

from pipeline import worklist
from pipeline.analysis import Simulation
from pipeline.core import PROTOCOL, Home
from pipeline.protocol import load
from pipeline.web import another_pack, create_app
from pipeline.worklist.tables import item
from tests.command import AS_OF, b12, deliver, run
from tests.functional.web_client import client, keys, token
from tests.homes import built_once, copied

PATH = "/population/what-if/protocol"
PACK = "nice-ng239"
CELL = "=2+5"  # an id that a spreadsheet would run
SITES = {"nora": "North", "nell": "North", CELL: "North", "sara": "South", "sven": "South"}
OPTED_OUT = "nell"
VITAMIN = {"code": "2132-9", "value": "90", "unit": "pg/mL", "collected_at": "2026-01-05"}


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    return built_once(tmp_path_factory, "packs-on-pages", one_night) / "home"


def one_night(folder):
    "Everyone has a low B12 that another protocol answers otherwise"
    patients = [
        {"patient_id": one, "birth_date": "1950-01-01", "sex": "female", "site": site, "opted_out": "false"}
        for one, site in SITES.items()
    ]  # fmt: skip
    results = [{"patient_id": one, "result_id": f"r-{one}", **VITAMIN} for one in SITES]
    run(folder / "home", deliver(folder / "in", patient=patients, lab_result=results))


@pytest.fixture
def home(screened, tmp_path, monkeypatch):
    monkeypatch.setattr(another_pack, "_effects", another_pack.Kept(4))
    home = Home(copied(screened, tmp_path / "home"))
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
    return home


def browser_of(home, role="coordinator", sites=None, name="kim"):
    actor = worklist.Actor(name, role, sites)
    return client(create_app(home, identify=lambda: actor))


def calculate(browser, pack=PACK, **changed):
    sent = {"csrf": token(browser.get("/worklist")), "pack": pack, **changed}
    return browser.post(PATH, data=sent)


def listed(page):
    return {one for one in SITES if f">{one}</a>" in page.text}


def last_access(home):
    with closing(worklist.open_store(home)) as store:
        entry = worklist.accesses(store, worklist.Asked(), limit=1)[0]
        seen = {row["patient_id"] for row in worklist.patients_seen(store, entry["id"])}
    return entry, seen


def test_looking_calculates_nothing_and_the_button_does(home):
    kim = browser_of(home)
    before = kim.get(f"{PATH}?pack={PACK}")
    assert before.status_code == 200 and 'id="effect"' not in before.text
    assert "Calculate" in before.text and "not signed by a clinician yet" in before.text
    answer = calculate(kim)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?pack={PACK}")
    after = kim.get(f"{PATH}?pack={PACK}").text
    with closing(Simulation(home, load(PACK))) as simulation:
        effect = simulation.what_if({})
    assert effect["moved"]["other_action"] == len(SITES)
    assert re.search(rf"Different action</dt><dd><b>{len(SITES)}</b>", after)
    assert f'praxis-2026 2.0.0</th><th scope="col">{PACK} 1.0.0</th>' in after
    assert "Treatment option: IM" in after and "TREAT_" not in after


def test_a_pack_that_is_signed_is_said_to_be(home):
    kim = browser_of(home)
    assert "signed by Dr Ada Example" not in kim.get(f"{PATH}?pack={PACK}").text
    assert b12(home.root, "protocol", "sign", PACK, "--name", "Dr Ada Example", "--yes").code == 0
    assert "signed by Dr Ada Example" in kim.get(f"{PATH}?pack={PACK}").text


def test_where_the_app_is_mounted_by_a_proxy_addresses_keep_its_path(home):
    actor = worklist.Actor("kim", "coordinator")
    kim = client(create_app(home, identify=lambda: actor, root_path="/b12"))
    answer = calculate(kim)
    assert answer.headers["location"] == f"/b12{PATH}?pack={PACK}"
    page = kim.get(f"{PATH}?pack={PACK}").text
    assert f'action="/b12{PATH}"' in page and f'href="/b12{PATH}/patients?pack={PACK}"' in page


def test_what_differs_is_told_in_words_as_the_command_tells_it(home):
    said = b12(home.root, "protocol", "diff", "praxis-2026", PACK).out
    page = browser_of(home, "viewer").get(f"{PATH}?pack={PACK}").text
    for title in ("Limits", "Rules of the next step", "Safety alerts"):
        assert title in said and f"<h3>{title} (" in page
    assert "→" in page and "TREAT_IM" in said and "TREAT_IM" not in page


def test_two_readers_calculate_once(home, monkeypatch):
    calculate(browser_of(home))

    def never(*_):
        raise AssertionError("calculated again")

    monkeypatch.setattr(another_pack, "Simulation", never)
    assert calculate(browser_of(home, "viewer", name="lee")).status_code == 303
    assert 'id="effect"' in browser_of(home, "viewer").get(f"{PATH}?pack={PACK}").text


def test_one_is_calculated_at_a_time_and_who_waits_too_long_is_told(home, monkeypatch):
    monkeypatch.setattr(another_pack, "WAIT_SECONDS", 0.01)
    kim = browser_of(home)
    with another_pack._calculating:
        answer = calculate(kim)
    assert answer.status_code == 503
    assert "Another protocol is being calculated" in answer.text and "Calculate" in answer.text
    assert calculate(kim).status_code == 303


def test_a_failed_calculation_blocks_no_other_and_is_not_kept(home, monkeypatch):
    kim = browser_of(home)
    with monkeypatch.context() as broken:
        broken.setattr(another_pack, "Simulation", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            calculate(kim)
    assert calculate(kim).status_code == 303


def test_a_new_run_is_calculated_anew(home):
    kim = browser_of(home)
    calculate(kim)
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    page = kim.get(f"{PATH}?pack={PACK}")
    assert 'id="effect"' not in page.text and "Calculate" in page.text
    lost = kim.get(f"{PATH}/patients?pack={PACK}")
    assert (lost.status_code, lost.headers["location"]) == (303, f"{PATH}?pack={PACK}")
    assert kim.get(f"{PATH}/export?pack={PACK}").status_code == 303


@pytest.mark.parametrize(
    "name",
    ["nowhere", "nice-ng239.yaml", str(PROTOCOL / "nice-ng239.yaml"), "../protocol/nice-ng239", "=", "x" * 90],
)  # fmt: skip
def test_only_a_name_of_the_list_is_read(home, name):
    kim = browser_of(home)
    for part in ("", "/patients", "/export"):
        assert kim.get(f"{PATH}{part}", params={"pack": name}).status_code == 404, part
    assert calculate(kim, name).status_code == 404


def test_a_form_of_another_site_or_without_its_token_calculates_nothing(home):
    kim = browser_of(home)
    assert calculate(kim, csrf="made-up").status_code == 403
    answer = kim.post(PATH, data={"pack": PACK}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert not another_pack._effects._found


def test_a_pack_of_the_site_is_offered_by_its_own_name(home, tmp_path, monkeypatch):
    text = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
    own = tmp_path / "folder" / "ours-2027.yaml"
    own.parent.mkdir()
    own.write_text(text.replace("pack: praxis-2026", "pack: ours"), encoding="utf-8")
    monkeypatch.setenv("B12_SHADOW_PACKS", f"{own}, nowhere")
    kim = browser_of(home)
    page = kim.get(PATH).text
    assert '<option value="ours"' in page and "folder" not in page and "nowhere" not in page
    assert calculate(kim, "ours").status_code == 303
    assert "No patients change place." in kim.get(f"{PATH}?pack=ours").text
    assert kim.get(PATH, params={"pack": str(own)}).status_code == 404


def test_two_packs_of_one_name_are_told_apart(home, tmp_path, monkeypatch):
    text = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(f"{text}\n# ours\n", encoding="utf-8")
    monkeypatch.setenv("B12_SHADOW_PACKS", str(tmp_path / "mine.yaml"))
    names = re.findall(r'<option value="(praxis-2026[^"]*)"', browser_of(home).get(PATH).text)
    assert len(names) == 2 and names[0] == "praxis-2026"


def test_a_pack_with_problems_says_so_and_is_not_calculated(home, tmp_path, monkeypatch):
    text = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
    broken = text.replace("pack: praxis-2026", "pack: broken").replace("below: 180}", "below: 170}")
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    monkeypatch.setenv("B12_SHADOW_PACKS", str(tmp_path / "broken.yaml"))
    kim = browser_of(home)
    page = kim.get(f"{PATH}?pack=broken")
    assert page.status_code == 200 and "The protocol broken has problems" in page.text
    assert "Calculate</button>" not in page.text
    assert calculate(kim, "broken").status_code == 400


def test_the_pack_of_the_run_changes_nothing(home):
    page = browser_of(home).get(f"{PATH}?pack=praxis-2026").text
    assert "nothing would change" in page and "Calculate</button>" not in page


def test_without_a_run_the_page_says_so(tmp_path):
    assert browser_of(Home(tmp_path)).get(PATH).status_code == 400


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("operator", (403, 403, 403)), ("viewer", (200, 200, 403)),
        ("coordinator", (200, 200, 200)), ("steward", (200, 200, 200)), ("admin", (200, 200, 200)),
    ],
)  # fmt: skip
def test_what_a_role_may_read(home, role, statuses):
    calculate(browser_of(home))
    browser = browser_of(home, role)
    addresses = [f"{PATH}{part}?pack={PACK}" for part in ("", "/patients", "/export")]
    assert tuple(browser.get(address).status_code for address in addresses) == statuses
    if role == "operator":
        sent = {"csrf": token(browser_of(home).get("/worklist")), "pack": PACK}
        assert browser.post(PATH, data=sent).status_code == 403


def test_a_list_shows_the_patients_with_links_and_is_on_record(home):
    calculate(browser_of(home))
    page = browser_of(home).get(f"{PATH}/patients?pack={PACK}&way=other_action")
    assert listed(page) == {*SITES}
    [*items] = keys(page)
    assert len(items) == len(SITES)
    entry, seen = last_access(home)
    assert (entry["what"], entry["who"], entry["rows"]) == ("what_if", "kim", len(SITES))
    assert seen == set(SITES) and entry["detail"] == f"what_if {PACK} other_action"
    assert browser_of(home).get(f"/patients/{items[0]}").status_code == 200
    none = browser_of(home).get(f"{PATH}/patients?pack={PACK}&way=come")
    assert "No patients change in this way." in none.text and not listed(none)


def test_an_export_is_escaped_and_on_record(home):
    calculate(browser_of(home))
    answer = browser_of(home).get(f"{PATH}/export?pack={PACK}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == f'attachment; filename="what-if-{PACK}-{AS_OF}.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["patient_id"] for row in rows} == {*SITES} - {CELL} | {f"'{CELL}"}
    assert all(row["action_now"] != row["action_then"] for row in rows)
    entry, seen = last_access(home)
    assert (entry["what"], entry["rows"], seen) == ("export", len(SITES), set(SITES))


@pytest.mark.parametrize(
    ("sites", "mine"),
    [(("North",), {"nora", "nell", CELL}), (("South",), {"sara", "sven"}), (("Nowhere",), set())],
)
def test_a_user_of_some_sites_sees_and_counts_their_patients_alone(home, sites, mine):
    calculate(browser_of(home))
    kim = browser_of(home, sites=sites)
    page = kim.get(f"{PATH}?pack={PACK}").text
    assert re.search(rf"Different action</dt><dd><b>{len(mine)}</b>", page)
    assert "Of the patients of your sites" in page
    for of_everyone in ("Hours, office visit", 'id="matrix"', 'id="by-action"', 'id="by-cohort"'):
        assert of_everyone not in page
    assert listed(kim.get(f"{PATH}/patients?pack={PACK}")) == mine
    _, seen = last_access(home)
    assert seen == mine
    rows = csv.DictReader(io.StringIO(kim.get(f"{PATH}/export?pack={PACK}").text))
    assert {row["patient_id"].lstrip("'") for row in rows} == mine


def test_who_opted_out_is_seen_by_stewards_alone(home):
    with closing(worklist.open_store(home)) as store, store.writing() as con:
        con.execute(item.update().where(item.c.patient_id == OPTED_OUT).values(is_opted_out=True))
    calculate(browser_of(home))
    address = f"{PATH}/patients?pack={PACK}"
    assert listed(browser_of(home).get(address)) == {*SITES} - {OPTED_OUT}
    assert listed(browser_of(home, "steward").get(address)) == {*SITES}


def test_who_was_erased_is_in_no_remembered_list(home):
    kim = browser_of(home)
    calculate(kim)
    remembered = dict(another_pack._effects._found)
    assert b12(home.root, "erase", "sara", "--yes").code == 0
    page = kim.get(f"{PATH}?pack={PACK}")
    assert 'id="effect"' not in page.text, "the run has changed, so it is calculated anew"
    [effect] = remembered.values()
    new_key = another_pack._key(home, load(PACK))
    another_pack._effects._found[new_key] = effect  # as if it had been remembered all the same
    assert listed(kim.get(f"{PATH}/patients?pack={PACK}")) == {*SITES} - {"sara"}
    with closing(worklist.open_store(home)) as store:
        assert worklist.key_of_patient(store, "sara") is None


def test_who_is_seen_is_who_is_listed_for_every_reader(home):
    asked = [*SITES, "unknown"]
    for actor in (
        worklist.Actor("a", "viewer"), worklist.Actor("b", "steward"),
        worklist.Actor("c", "viewer", ("North",)), worklist.Actor("d", "viewer", ()),
    ):  # fmt: skip
        with closing(worklist.open_store(home)) as store:
            reader = store.seen_by(actor)
            seen = worklist.seen_patients(reader, asked, home=home)
            assert worklist.key_of_patient(store, "unknown") is None
            assert seen == {*worklist.items_of_patients(reader, [*SITES], home=home)}
