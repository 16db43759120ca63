"What a delivered name resembles: proposals for names of laboratories in several languages, none for names of other things"

import csv

import pytest

from pipeline.core import PROTOCOL
from pipeline.protocol import likeness, proposals, vocabulary
from pipeline.protocol.tables import code_rows


def code_of(entity, name):
    proposal = proposals(entity, [name]).get(name)
    return proposal and proposal.code


@pytest.mark.parametrize(("entity", "name", "code"), [
    ("lab_result", "Vitamin B12", "2132-9"), ("lab_result", "VIT.B-12 SERUM", "2132-9"), ("lab_result", "S-Vitamin B 12", "2132-9"), ("lab_result", "Cobalamine (vit B12)", "2132-9"),
    ("lab_result", "Vitamina B₁₂", "2132-9"), ("lab_result", "P-Kobalamin", "2132-9"), ("lab_result", "Vitamiini B12", "2132-9"), ("lab_result", "B12S", None), ("lab_result", "Holo-TC", "72160-5"),
    ("lab_result", "Methylmalonsäure i.S.", "13964-2"), ("lab_result", "MMA (LC-MS)", "13964-2"), ("lab_result", "HOMOCYSTEINE, TOTAL", "13965-9"), ("lab_result", "Intrinsic Factor Ab.", "31444-3"),
    ("medication", "metfromin 850 mg tab", "metformin"), ("medication", "Metforminhydrochlorid", "metformin"), ("medication", "PANTOPRAZOLUM 40", "pantoprazol"), ("medication", "Cyanocobalmin inj", "cyanocobalamin"),
    ("procedure", "Lap. Roux-en-Y gastric bypass", "442338001"), ("procedure", "Magenbypass", "442338001"), ("procedure", "Sleeve Gastrectomie", "427074001"),
    ("condition", "Perniziöse Anämie", "84027009"), ("condition", "Mb. Crohn", "34000006"), ("condition", "Zöliakie", "396331005"),
])  # fmt: skip
def test_names_that_laboratories_and_wards_write(entity, name, code):
    assert code_of(entity, name) == code


@pytest.mark.parametrize(("entity", "name"), [
    ("lab_result", "Vitamin B6"), ("lab_result", "Vitamin D"), ("lab_result", "Vitamin B1"), ("lab_result", "Hemoglobin A1c"), ("lab_result", "Creatinine, Urine"), ("lab_result", "Vitamin B12, CSF"), ("lab_result", "Creatine kinase"),
    ("lab_result", "Folate RBC"), ("lab_result", "Haptoglobin"), ("lab_result", "TSH"), ("lab_result", ""), ("lab_result", "---"), ("lab_result", "12"),
    ("medication", "Aripiprazole"), ("medication", "Leucovorin"), ("medication", "Cyanokitt"), ("medication", "Pregabaline"), ("medication", "calcium folinat"), ("medication", "Metoprolol"), ("medication", "Fluconazole"),
    ("procedure", "Subtotal mastectomy"), ("condition", "Anemia"), ("condition", "Type 2 diabetes mellitus"),
])  # fmt: skip
def test_names_of_other_things_propose_nothing(entity, name):
    assert code_of(entity, name) is None


@pytest.mark.parametrize(("entity", "name"), [
    ("procedure", "VITAMIN B12"), ("procedure", "VITAMIN B12 LEVEL"), ("procedure", "Assay of vitamin B-12"), ("procedure", "Vitamin B12 measurement (procedure)"), ("procedure", "VITAMIN B12 AND FOLATE"),
    ("procedure", "CYANOCOBALAMIN (VITAMIN B-12)"), ("procedure", "Vitamin B12 injection declined"), ("procedure", "Reversal of gastric bypass"), ("procedure", "Gastrin measurement"), ("procedure", "Planned gastric bypass"), ("medication", "Metformin allergy"), ("medication", "Not taking metformin"),
    ("lab_result", "Transcobalamin"), ("lab_result", "Transcobalamin II"), ("lab_result", "Apotranscobalamin"), ("lab_result", "Transkobalamin"), ("lab_result", "Haptocorrin"), ("lab_result", "Vitamin B12 binding capacity"), ("lab_result", "Unsat. B12 bind. cap."),
    ("lab_result", "Vitamin B12 Ab"), ("lab_result", "Cyanocobalamin antibody"), ("lab_result", "Schilling test vitamin B12"), ("lab_result", "Vitamin B12 absorption"), ("lab_result", "Intrinsic factor"), ("lab_result", "Gastrin releasing peptide"), ("lab_result", "HOMOCYSTINURIA SCN"),
    ("lab_result", "U-MMA"), ("lab_result", "dU-MMA"), ("lab_result", "Methylmalonic acid, U"), ("lab_result", "METHYLMALONIC ACID UR"), ("lab_result", "Ur Methylmalonic acid"), ("lab_result", "B12 U"), ("lab_result", "Methylmalonic acid/creatinine"), ("lab_result", "Methylmalonate/Creatinine ratio"),
    ("lab_result", "Methylmalonsäure im Urin"), ("lab_result", "Urine MMA 24h"), ("lab_result", "Kreatinin i.U."), ("lab_result", "Hemoglobin C/Hemoglobin.total in Blood"),
    ("condition", "No evidence of vitamin B12 deficiency"), ("condition", "Vitamin B12 deficiency excluded"), ("condition", "Screening for vitamin B12 deficiency"), ("condition", "Family history of pernicious anaemia"), ("condition", "FH: Crohn's disease"), ("condition", "Not pregnant"),
    ("condition", "Non-vegan"), ("condition", "Suspected coeliac disease"), ("condition", "V.a. Zöliakie"), ("condition", "Ausschluss perniziöse Anämie"), ("condition", "Kein Anhalt für Morbus Crohn"), ("condition", "Sin déficit de vitamina B12"), ("condition", "Pas de maladie de Crohn"),
    ("condition", "Coeliac artery stenosis"), ("condition", "Celiac artery compression syndrome"), ("condition", "At risk of vitamin B12 deficiency"), ("condition", "Bursopathy, unspecified"), ("condition", "Rule out pernicious anaemia"), ("condition", "?Crohn disease"),
])  # fmt: skip
def test_names_of_the_opposite_of_another_specimen_or_of_another_thing_propose_nothing(
    entity, name
):
    assert code_of(entity, name) is None


@pytest.mark.parametrize(("entity", "name", "code"), [
    ("procedure", "Injection of vitamin B12", "J3420"), ("procedure", "Vitamin B12 injection, 1 mg", "J3420"), ("lab_result", "Vit. B12 (Serum)", "2132-9"), ("lab_result", "Intrinsic factor antibodies", "31444-3"), ("lab_result", "Anti-Intrinsic-Faktor-Antikörper", "31444-3"),
    ("lab_result", "Holotranscobalamin", "72160-5"), ("condition", "Coeliac disease", "396331005"), ("condition", "Crohn's disease", "34000006"), ("condition", "History of gastric bypass", None), ("condition", "Pregnant", "77386006"), ("lab_result", "Methylmalonate, Serum", "13964-2"),
])  # fmt: skip
def test_names_beside_them_still_do(entity, name, code):
    assert code_of(entity, name) == code


def test_the_more_of_a_name_is_shared_the_greater_the_likeness():
    found = proposals(
        "lab_result", ["Vitamin B12", "Vitamin B12 (Roche, Cobas)", "Vitamiin B12", None]
    )
    assert found["Vitamin B12"].likeness == 100
    assert 86 <= found["Vitamin B12 (Roche, Cobas)"].likeness < 100
    assert 86 <= found["Vitamiin B12"].likeness < 100


@pytest.mark.parametrize(("name", "units", "code"), [
    ("Vitamin B12", ["PMOL/L"], "14685-2"), ("Vitamin B12", ["pmol/l", "pmol/L"], "14685-2"), ("Vitamin B12", ["pg/mL"], "2132-9"), ("Vitamin B12", [], "2132-9"),
    ("Vitamin B12", ["pg/mL", "pmol/L"], "2132-9"), ("Creatinine", ["umol/L"], "14682-9"), ("Homocysteine", ["umol/L"], "13965-9"), ("MMA", ["nmol/L"], "13964-2"),
])  # fmt: skip
def test_the_code_fits_the_units(name, units, code):
    assert likeness.best_of(proposals("lab_result", [name]), [name], units).code == code


def test_of_a_name_only_the_beginning_is_compared():
    name = "Vitamin B12, " + "x" * 1_000_000
    assert len(likeness._plain("lab_result", name)) <= likeness.LONGEST
    assert code_of("lab_result", "Serum " * 40 + "Vitamin B12") is None


def test_the_lists_of_names_and_words_have_no_row_without_effect():
    for row in vocabulary("synonym"):
        assert likeness._plain(row["entity"], row["name"]), row
    meanings = {row["means"] for row in vocabulary("name_word")}
    assert meanings == {*likeness._RULES_OUT, "nothing", "antibody"}
    rows = [tuple(row.values()) for row in vocabulary("name_word")]
    assert len(set(rows)) == len(rows) and all(
        word == " ".join(likeness._words_of(word)) for _, word, _ in rows
    )


def test_every_synonym_stands_for_a_code_of_the_protocol():
    known = {(system, code) for _, system, code, *_ in code_rows()}
    known |= {("NAME", row["name"]) for row in vocabulary("drug_name")}
    with (PROTOCOL / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {
        (row["code_system"], row["code"]) for row in rows if row["code"] != "none"
    } <= known and len({(row["entity"], row["name"]) for row in rows}) == len(rows) > 150
