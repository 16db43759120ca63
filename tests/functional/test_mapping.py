"""A steward maps codes and units, on the pages and with `b12 map`: what an answer would change, who gave it, and that the replay reads the archive with it."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from html import unescape

import pytest

from pipeline import analysis, worklist
from pipeline.core.config import Home
from pipeline.core.errors import InvalidProtocol
from pipeline.profiles import read_profile, steward_map
from pipeline.web import create_app
from tests.command import AS_OF, as_csv, assessments, b12, deliver
from tests.functional.web_client import client, field, token
from tests.homes import built_once, copied

LIST = "/quality/unmapped"
HOSTILE = [
    "<script>alert(1)</script>", "=cmd()", "-B12", "'=x", "a;=b", "B: # x", "- [y", "two\nlines\r\nand", "\u202eB12\u202c", "x" * 10_000, 'say "B12", please', "@x\t=y",
    "ÄÖß µ", "%0A", "B12'); drop table x; --",
]  # fmt: skip


def result(patient, code, value, unit="pg/mL", system="LOCAL", name=None, day="2026-01-05"):
    return {
        "patient_id": patient, "code": code, "code_system": system, "name": name or code, "value": value, "unit": unit, "collected_at": day,
    }  # fmt: skip


def delivered(folder):
    """`home`: low B12 under a local code, and in an unknown unit, and other things."""
    rows = [
        *(result(f"P{n}", "B12S", 60 + n, "pmol/L", name="Vitamin B12 i.S.") for n in range(6)),
        *(result(f"Q{n}", "2132-9", 90 + n, "pg/mL (S)", system="LOINC") for n in range(6)),
        *(result(f"P{n}", "CHOL", 200, "mg/dL", name="Cholesterin") for n in range(9)),
        result("P1", "4713", 5, "ng/mL", name="Folsäure"),
        result("P2", "4713", 99, "mg/dL", name="Triglyzeride"),
    ]  # fmt: skip
    drugs = [
        {"patient_id": "P1", "code": "M-77", "code_system": "LOCAL", "name": "Metfromin 850", "start_on": "2025-01-01"}
    ]  # fmt: skip
    people = [{"patient_id": f"{kind}{n}"} for kind in "PQ" for n in range(6)]
    files = deliver(folder / "in", patient=people, lab_result=rows, medication=drugs)
    answer = b12(folder / "home", "ingest", files, "--source", "canonical")
    assert answer.code == 0, answer.err


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return built_once(tmp_path_factory, "mapping", delivered) / "home"


@pytest.fixture
def home(built, tmp_path):
    return Home(copied(built, tmp_path / "home"))


def browser(home, name="ann", role="steward", sites=None):
    return client(create_app(home, identify=lambda: worklist.Actor(name, role, sites)))


def text_of(page):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1])))


def listed(page):
    "What a list names, in order: (key, as delivered)"
    return [
        (key, unescape(name))
        for key, name in re.findall(
            r'/quality/unmapped/(\w+)"><bdi>(.*?)</bdi>', page.text, re.DOTALL
        )
    ]


def key_of(home, delivered):
    [key] = [one.key for one in analysis.questions(home) if one.delivered == delivered]
    return key


def answer(web, key, to, **more):
    page = web.get(f"{LIST}/{key}", params={"to": "none"})  # has a form, and tries no file
    sent = {"csrf": token(page), "to": to, **more}
    return web.post(f"{LIST}/{key}/answer", data=sent)


def test_a_code_and_a_unit_mapped_in_the_browser_bring_their_patients_onto_the_worklist(home):
    web = browser(home)
    first = listed(web.get(LIST))
    assert [name for _, name in first] == ["B12S", "pg/mL (S)", "M-77", "4713", "CHOL"], (
        "strong likeness by rows, some, none"
    )  # fmt: skip
    code, unit = first[0][0], first[1][0]
    assert "Looks like vitamin B12" in text_of(web.get(LIST))

    shown = text_of(web.get(f"{LIST}/{code}", params={"to": "LOINC|14685-2"}))
    assert "Total vitamin B12 Decides: its band" in shown
    assert "Tried on the file that holds it: Rows that would count 6 of 6 patients" in shown
    assert "half of the delivered values are below 62.5, which would count as 84.7 pg/mL" in shown
    shown = text_of(web.get(f"{LIST}/{unit}", params={"to": "pmol/L"}))
    assert "100 pg/mL (S) 135.5 pg/mL" in shown and "below 92.5" in shown and "125.4 pg/mL" in shown
    assert not steward_map(home, "canonical").exists(), "a preview keeps nothing"
    assert web.get(f"{LIST}/{unit}", params={"to": "nmol/mL"}).text.count("would count") == 0

    assert answer(web, code, "LOINC|14685-2").status_code == 303
    assert answer(web, unit, "pg/mL", because="as the laboratory said").status_code == 303
    saved = text_of(web.get(f"{LIST}/{code}?did=saved"))
    assert "Saved in the map of canonical" in saved and "b12 reingest" in saved
    assert "6 rows of 1 answered code or unit wait for a replay" in saved
    assert [name for _, name in listed(web.get(LIST))] == ["M-77", "4713", "CHOL"]

    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    assert {row["b12"] for row in assessments(home.root).values()} == {"never"}, "not replayed yet"
    assert b12(home.root, "reingest").code == 0
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    rows = assessments(home.root)
    assert {rows[f"P{n}"]["b12"] for n in range(6)} | {rows[f"Q{n}"]["b12"] for n in range(6)} == {
        "low"
    }
    assert {row["next_step"] for row in rows.values()} != {"NO_ACTION"}
    assert rows["P0"]["b12_reported"] == "60 pmol/L" and rows["Q0"]["b12_value"] == 90
    assert "replay" not in text_of(web.get(LIST)), "nothing is due any more"
    answered = text_of(web.get(LIST, params={"decided": "yes"}))
    assert (
        "LOINC 14685-2" in answered and "as the laboratory said" in answered and "ann" in answered
    )


def test_who_answered_what_is_in_the_audit_and_can_be_taken_back(home):
    web, key = browser(home), key_of(home, "B12S")
    before = text_of(web.get(LIST))
    assert answer(web, key, "LOINC|14685-2").status_code == 303
    page = web.get(f"{LIST}/{key}")
    sent = {"csrf": token(page), "answered_at": field(page, "answered_at")}
    assert web.post(f"{LIST}/{key}/undo", data=sent).status_code == 303
    assert text_of(web.get(LIST)) == before, "a map as it was before needs no replay"
    assert web.post(f"{LIST}/{key}/undo", data=sent).status_code == 409
    with closing(worklist.open_store(home)) as store:
        entries = [
            (row["who"], row["detail"])
            for row in worklist.accesses(store)
            if row["what"] == "mapped"
        ]
    assert entries == [
        ("ann", "canonical, lab_result code LOCAL B12S: LOINC 14685-2 → unmapped"),
        ("ann", "canonical, lab_result code LOCAL B12S: unmapped → LOINC 14685-2"),
    ]


def test_an_answer_taken_back_after_the_replay_asks_for_another_one(home):
    b12(home.root, "map", "B12S", "--to", "LOINC|14685-2", "--yes")
    assert b12(home.root, "reingest").code == 0
    web, key = browser(home), key_of(home, "B12S")
    page = web.get(f"{LIST}/{key}")
    sent = {"csrf": token(page), "answered_at": field(page, "answered_at")}
    assert web.post(f"{LIST}/{key}/undo", data=sent).headers["location"] == f"{LIST}?did=undone"
    assert "Rows of canonical were read before the map was changed" in text_of(web.get(LIST))
    assert b12(home.root, "reingest").code == 0
    assert listed(web.get(LIST))[0][1] == "B12S" and "replay" not in text_of(web.get(LIST))


def test_a_map_that_a_spreadsheet_saved_keeps_every_answer(home):
    "With a mark of the order of bytes at its beginning, which is not part of the first column's name"
    web, first, second = browser(home), key_of(home, "B12S"), key_of(home, "pg/mL (S)")
    assert answer(web, first, "LOINC|14685-2").status_code == 303
    path = home.sources / "canonical" / "steward_map.csv"
    path.write_text("\ufeff" + path.read_text("utf-8"), "utf-8")
    assert answer(web, second, "pg/mL").status_code == 303
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert [(row["entity"], row["delivered"]) for row in rows] == [
        ("lab_result", "B12S"), ("lab_result", "pg/mL (S)"),
    ]  # fmt: skip


def test_two_stewards_answer_at_once_and_nothing_is_lost(home):
    ann, bea = browser(home), browser(home, "bea")
    code, unit = key_of(home, "B12S"), key_of(home, "pg/mL (S)")
    form = token(bea.get(f"{LIST}/{code}", params={"to": "LOINC|2132-9"}))
    assert answer(ann, code, "LOINC|14685-2").status_code == 303
    late = bea.post(f"{LIST}/{code}/answer", data={"csrf": form, "to": "LOINC|2132-9"})
    assert late.status_code == 409 and "meanwhile by ann: LOINC 14685-2" in text_of(late)
    assert answer(bea, unit, "pg/mL").status_code == 303
    maps = {row["delivered"]: row["map_to"] for row in read_profile("canonical", home).maps}
    assert maps == {"B12S": "14685-2", "pg/mL (S)": "pg/mL"}


def test_six_answers_at_once_are_all_in_the_map(tmp_path):
    rows = [result(f"P{n}", f"C{n}", 1) for n in range(6)]
    files = deliver(tmp_path / "in", lab_result=rows)
    b12(tmp_path / "home", "ingest", files, "--source", "canonical")
    home, ann = Home(tmp_path / "home"), worklist.Actor("ann", "steward")

    def save(asked):
        given = analysis.answer_to(asked, "none", actor=ann, because="another test")
        analysis.save_answer(home, asked, given, actor=ann, origin="a test")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, analysis.questions(home)))
    kept = {row["delivered"] for row in read_profile("canonical", home).maps}
    assert kept == {f"C{n}" for n in range(6)}
    assert list(steward_map(home, "canonical").parent.iterdir()) == [steward_map(home, "canonical")]


@pytest.mark.parametrize(("role", "status"), [("coordinator", 403), ("operator", 403), ("steward", 303), ("admin", 303)])  # fmt: skip
def test_answers_need_the_role_of_a_steward(home, role, status):
    key, web = key_of(home, "CHOL"), browser(home, "kim", role)
    form = token(browser(home, "kim").get(f"{LIST}/{key}", params={"to": "none"}))
    sent = {"csrf": form, "to": "none", "because": "another test"}
    assert web.post(f"{LIST}/{key}/answer", data=sent).status_code == status
    assert steward_map(home, "canonical").exists() == (status == 303)


def test_an_answer_needs_the_token_of_a_form_and_must_be_possible(home):
    web, code, unit = browser(home), key_of(home, "B12S"), key_of(home, "pg/mL (S)")
    several = key_of(home, "4713")
    assert web.post(f"{LIST}/{code}/answer", data={"to": "LOINC|2132-9"}).status_code == 403
    for key, to, said in (
        (code, "LOINC|9999-9", "is not a code of the protocol"),
        (code, "RXNORM|2132-9", "is not a code of the protocol"),
        (code, "2132-9", "Choose a concept"),
        (code, "none", "Enter why it is not relevant"),
        (unit, "furlong", "No test that is held is measured in furlong"),
        (unit, "umol/L", "No test that is held is measured in umol/L"),
        (several, "LOINC|2284-8", "Confirm that every name"),
    ):
        shown = web.get(f"{LIST}/{key}")
        sent = {"csrf": token(web.get(f"{LIST}/{key}", params={"to": "none"})), "to": to}
        refused = web.post(f"{LIST}/{key}/answer", data=sent)
        assert (refused.status_code, shown.status_code) == (400, 200)
        assert said in text_of(refused), (to, text_of(refused))
    assert not steward_map(home, "canonical").exists()
    assert web.get(f"{LIST}/{'0' * 20}").status_code == 404
    assert answer(web, several, "LOINC|2284-8", checked="on").status_code == 303


def test_a_spelling_that_is_a_unit_already_is_not_mapped(tmp_path):
    "mg/L is known, and of homocysteine: as a name for another unit it would change those results"
    rows = [result("P1", "2132-9", 100, "mg/L", system="LOINC")]
    b12(tmp_path / "home", "ingest", deliver(tmp_path / "in", lab_result=rows), "--source", "canonical")  # fmt: skip
    home = Home(tmp_path / "home")
    web, key = browser(home), key_of(home, "mg/L")
    shown = text_of(web.get(f"{LIST}/{key}", params={"to": "pg/mL"}))
    assert "is mg/L for the protocol" in shown and "would change results of other tests" in shown
    assert b12(home.root, "map", "mg/L", "--to", "pg/mL", "--yes").code == 2


def test_concepts_are_found_by_words_by_code_and_in_another_language_without_a_script(home):
    web, key = browser(home), key_of(home, "B12S")
    for sought, target in (
        ("methylmalon", "LOINC|13964-2"), ("72160", "LOINC|72160-5"), ("Methylmalonsäure i.S.", "LOINC|13964-2"), ("vitmain b12", "LOINC|2132-9"),
    ):  # fmt: skip
        found = web.get(f"{LIST}/{key}", params={"q": sought}).text
        found = found.split('id="found"')[1].split("<details>")[0]
        assert f'value="{target}"' in found, sought
    nothing = web.get(f"{LIST}/{key}", params={"q": "zzz"}).text.split('id="found"')[1]
    assert "No concept matches" in nothing.split("<details>")[0]
    drug = web.get(f"{LIST}/{key_of(home, 'M-77')}", params={"q": "metformin"}).text
    assert 'value="NAME|metformin"' in drug and "LOINC" not in drug.split('id="found"')[1]


def test_the_list_is_filtered_and_searched(home):
    web = browser(home)

    def names(**query):
        return [name for _, name in listed(web.get(LIST, params=query))]

    assert names(q="CHOLEST") == ["CHOL"] and names(q="folsaure") == ["4713"]
    assert names(entity="medication") == ["M-77"] and names(band="none") == ["CHOL"]
    assert names(source="other") == [] and names(decided="yes") == []
    assert names(page="99") == names()
    rows = b12(home.root, "unmapped", "--format", "json").json
    assert [row["delivered"] for row in rows] == names(), "the command has the order of the page"
    assert rows[0]["band"] == "strong" and rows[0]["resembles"] == "vitamin b12"


def test_a_hostile_code_is_shown_escaped_and_survives_the_map_and_back(tmp_path):
    rows = [result(f"P{n}", code, 100) for n, code in enumerate(HOSTILE)]
    (tmp_path / "lab_result.csv").write_text(as_csv(rows), encoding="utf-8", newline="")
    home = Home(tmp_path / "home")
    ingested = b12(home.root, "ingest", tmp_path / "lab_result.csv", "--source", "canonical")
    assert ingested.code == 0, ingested.err
    kept = {one.delivered for one in analysis.questions(home) if one.kind == "code"}
    assert len(kept) == len(HOSTILE)
    web = browser(home)
    for key, _ in listed(web.get(LIST)):
        page = web.get(f"{LIST}/{key}")
        assert page.status_code == 200 and "<script>alert" not in page.text
        assert answer(web, key, "LOINC|2132-9").status_code == 303
    assert listed(web.get(LIST)) == []
    assert {row["delivered"] for row in read_profile("canonical", home).maps} == kept
    with steward_map(home, "canonical").open(encoding="utf-8", newline="") as file:
        cells = [row["delivered"] for row in csv.DictReader(file)]
    assert not [cell for cell in cells if cell[:1] in "=+-@"], "no spreadsheet runs a cell of it"
    [account] = [line for line in b12(home.root, "reingest").out.splitlines() if "rows" in line]
    assert f"{len(HOSTILE)} accepted" in account
    shown = web.get(LIST, params={"decided": "yes"})
    assert "<script>alert" not in shown.text and len(shown.text) < 60_000
    with closing(worklist.open_store(home)) as store:
        details = [row["detail"] for row in worklist.accesses(store) if row["what"] == "mapped"]
    assert max(map(len, details)) < 200 and not any("\n" in detail for detail in details)


HEAD = "entity,kind,code_system,delivered,map_to_system,map_to\n"


def with_map(home, rows):
    "The site's own profile with a map of its own"
    folder = home.sources / "canonical"
    folder.mkdir(parents=True, exist_ok=True)
    profile = "extends: canonical\nprofile: canonical\nmaps: [own.csv]\n"
    (folder / "canonical.yaml").write_text(profile)
    (folder / "own.csv").write_text(HEAD + rows)


def test_a_map_that_would_make_the_profile_invalid_is_not_written(tmp_path):
    "A map answers the code under one system; an answer for it without a system would be for any"
    files = deliver(tmp_path / "in", lab_result=[result("P1", "X9", 5, system="")])
    home = Home(tmp_path / "home")
    b12(home.root, "ingest", files, "--source", "canonical")
    with_map(home, "lab_result,code,LOCAL,X9,LOINC,2132-9\n")
    web = browser(home)
    [(key, _)] = listed(web.get(LIST))
    refused = answer(web, key, "LOINC|13964-2")
    assert refused.status_code == 400 and "Nothing was saved" in text_of(refused)
    assert "two maps answer differently for X9" in text_of(refused)
    assert not list(steward_map(home, "canonical").parent.glob("*steward*"))
    with closing(worklist.open_store(home)) as store:
        assert "mapped" not in worklist.kinds(store)


def test_maps_that_agree_count_once_and_others_make_the_profile_invalid(home):
    saved = b12(home.root, "map", "CHOL", "--none", "--because", "another test", "--yes")
    assert saved.code == 0
    with_map(home, "lab_result,code,LOCAL,CHOL,none,none\n")
    assert len(read_profile("canonical", home).maps) == 1
    with_map(home, "lab_result,code,,CHOL,LOINC,2132-9\n")
    with pytest.raises(InvalidProtocol, match="two maps answer differently for CHOL"):
        read_profile("canonical", home)
    refused = b12(home.root, "map", "B12S", "--to", "LOINC|14685-2", "--yes")
    assert refused.code == 12


def test_two_maps_that_answer_alike_count_a_row_once(tmp_path):
    "Each row of the file was read once for each of the maps, and the file went into quarantine"
    head = "entity,kind,code_system,delivered,map_to_system,map_to\n"
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(f"{head}lab_result,code,,B12S,LOINC,14685-2\n")
    (tmp_path / "mine.yaml").write_text("extends: canonical\nprofile: mine\nmaps: [one.csv, two.csv]\n")  # fmt: skip
    files = deliver(tmp_path / "in", lab_result=[result("P1", "B12S", 80, "pmol/L")])
    answer = b12(tmp_path / "home", "ingest", files, "--source", tmp_path / "mine.yaml", "--format", "json")  # fmt: skip
    assert answer.json[0]["accepted"] == 1 and answer.json[0]["rows"] == 1, answer.err


def test_the_stewards_map_is_the_pages_own_and_a_profile_cannot_name_it(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: canonical\nprofile: mine\nmaps: [steward_map.csv]\n")  # fmt: skip
    (tmp_path / "steward_map.csv").write_text("entity\n")
    files = deliver(tmp_path / "in", lab_result=[result("P1", "B12S", 80)])
    answer = b12(tmp_path / "home", "ingest", files, "--source", tmp_path / "mine.yaml")
    assert answer.code == 12 and "Give your map another name" in answer.err


def test_where_the_map_cannot_be_written_the_page_says_so_and_names_the_command(home, monkeypatch):
    web, key = browser(home), key_of(home, "CHOL")
    form = token(web.get(f"{LIST}/{key}", params={"to": "none"}))
    home.sources.write_text("a file where the folder should be")
    shown = web.get(f"{LIST}/{key}", params={"to": "none"})
    assert "Answers cannot be saved from here" in shown.text and "/answer" not in shown.text
    assert f"b12 map {key} --none" in text_of(shown)
    sent = {"csrf": form, "to": "none", "because": "another test"}
    refused = web.post(f"{LIST}/{key}/answer", data=sent)
    assert refused.status_code == 503 and "cannot be written from here" in text_of(refused)
    assert b12(home.root, "map", key, "--none", "--because", "x", "--yes").code == 13


def test_a_steward_of_some_sites_sees_no_number_of_patients(home):
    web, key = browser(home, sites=("North",)), key_of(home, "B12S")
    shown = text_of(web.get(f"{LIST}/{key}", params={"to": "LOINC|14685-2"}))
    shown = shown.split("Reason or source")[0]
    assert "Rows that would count 6" in shown and "patients" not in shown
    assert "Patients" not in text_of(web.get(LIST))


def test_of_rows_that_were_read_before_it_was_noted_how_it_is_not_known_whether_a_replay_is_due(home):  # fmt: skip
    note = home.root / "maps-read-with.json"
    note.unlink()
    web = browser(home)
    assert answer(web, key_of(home, "CHOL"), "none", because="another test").status_code == 303
    assert "It is not known with which map the rows of canonical were read" in text_of(
        web.get(LIST)
    )
    more = deliver(home.root.parent / "more", lab_result=[result("P9", "2132-9", 90, system="LOINC")])  # fmt: skip
    assert b12(home.root, "ingest", more, "--source", "canonical").code == 0
    assert "It is not known" in text_of(web.get(LIST)), "a later file tells nothing of earlier ones"
    assert b12(home.root, "reingest").code == 0
    assert "replay" not in text_of(web.get(LIST))


def test_a_file_that_would_be_refused_is_named_in_the_preview(home):
    folder = home.sources / "canonical"
    folder.mkdir(parents=True)
    (folder / "canonical.yaml").write_text("extends: canonical\nprofile: canonical\nfiles: {lab_result: [results*.csv]}\n")  # fmt: skip
    web, key = browser(home), key_of(home, "B12S")
    shown = text_of(web.get(f"{LIST}/{key}", params={"to": "LOINC|14685-2"}))
    assert "no file that holds it can be read here (1 file" in shown


def test_what_a_preview_cannot_know_it_says(home):
    for path in home.archive.rglob("*.csv"):
        path.unlink()
    web, key = browser(home), key_of(home, "B12S")
    shown = text_of(web.get(f"{LIST}/{key}", params={"to": "LOINC|14685-2"}))
    assert "How many rows would go in is not known" in shown and "6 rows are held" in shown


def test_the_command_previews_saves_lists_and_takes_back(home):
    tried = b12(home.root, "map", "B12S", "--to", "LOINC|14685-2", "--dry-run")
    assert "In 1 of 1 file that hold it: 6 rows of 6 patients would count." in tried.out
    assert b12(home.root, "map").out.startswith("No code or unit is answered.")
    assert b12(home.root, "map", "CHOL", "--none", "--yes").code == 2, "without a reason"
    assert b12(home.root, "map", "CHOL", "--none", "--because", "another test", "--yes").code == 0
    assert b12(home.root, "map", "nowhere", "--none", "--because", "x", "--yes").code == 2
    assert b12(home.root, "map", "CHOL", "--undo", "--none").code == 2
    saved = b12(home.root, "map", key_of(home, "pg/mL (S)")[:8], "--to", "pg/mL", "--yes")
    assert "Next: b12 reingest, then b12 screen." in saved.out
    rows = b12(home.root, "map", "--format", "json").json
    assert [(row["delivered"], row["answer"], row["waiting"]) for row in rows] == [
        ("pg/mL (S)", "pg/mL", 6), ("CHOL", "not relevant", None),
    ] or len({row["on"] for row in rows}) == 1  # fmt: skip
    assert b12(home.root, "map", "CHOL", "--undo").code == 0
    assert b12(home.root, "map", "CHOL", "--undo").code == 2
