"Of several codings of one record, the one that counts."

from tests.clinic import build, clinic, select

CODES = {
    "known first": [("http://loinc.org", "2132-9", "Cobalamin"), ("L", "B12", "vitamin B12")],
    "known second": [("L", "B12", "vitamin B12"), ("LN", "2132-9", None)],
    "none known": [("L", "X1", None), ("L", "X2", "other")],
    "mapped by the site": [("99LAB", "b12s", None), ("SCT", "999", "something")],
    "a name alone": [("NAME", None, "metformin 500 mg")],
}


def chosen(codings, entity="lab_result"):
    con = clinic()
    con.execute("create schema landing")
    con.execute(
        "create table landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"
    )
    con.execute(
        "insert into landing.local_code values ('lab_result', null, 'B12S', 'LOINC', '2132-9')"
    )
    listed = ", ".join(
        f"coding({', '.join('null' if part is None else repr(part) for part in one)})"
        for one in codings
    )
    con.execute(
        f"create table landing.coding_list as select '{entity}' as entity, [{listed}] as codings"
    )
    build(con, "landing.chosen_coding")
    [row] = select(con, "landing.chosen_coding")
    return row["code_system"], row["code"], row["name"]


def test_the_first_that_the_protocol_or_the_site_knows_else_the_first():
    assert {name: chosen(codings) for name, codings in CODES.items()} == {
        "known first": ("http://loinc.org", "2132-9", "Cobalamin"),
        "known second": ("LN", "2132-9", "vitamin B12"),
        "none known": ("L", "X1", "other"),
        "mapped by the site": ("99LAB", "b12s", "something"),
        "a name alone": ("NAME", None, "metformin 500 mg"),
    }


def test_who_icd_10_is_known_by_way_of_icd_10_cm():
    assert chosen([("SCT", "1", "x"), ("ICD10", "G43.9", "Migraine")], "condition")[1] == "G43.9"


def test_a_parent_of_who_icd_10_is_not_known_by_its_children():
    assert chosen([("ICD10", "Z98.8", "x"), ("SCT", "84027009", "y")], "condition")[1] == "84027009"


def test_an_operation_of_opcs_4_is_known_for_a_procedure_alone():
    codings = [("OPCS4", "G32.1", "x"), ("SCT", "84027009", "y")]
    assert chosen(codings, "procedure")[1] == "G32.1"
    assert chosen(codings, "condition")[1] == "84027009"
