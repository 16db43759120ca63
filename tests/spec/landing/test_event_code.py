"landing.event_code: what the codes of a MEDS delivery mean"

from pipeline.engine import create
from tests.clinic import clinic, shows


def test_a_code_has_the_loinc_code_among_its_parents():
    con = clinic()
    con.execute("create schema landing")
    con.execute("""
        create table landing.delivered_event_code as from (values
            ('LAB//50998', 'Vitamin B12', ['SNOMED/14598005', 'LOINC/2132-9']),
            ('LAB//50998', 'Vitamin B12', null),
            ('LAB//227', 'Specimen type', ['SNOMED/123038009']),
            ('DEATH', null, null)
        ) as row(code, description, parent_codes)
    """)
    create(con, "landing.event_code")
    shows(con, "landing.event_code", """
        code       | description   | loinc
        DEATH      |               |
        LAB//227   | Specimen type |
        LAB//50998 | Vitamin B12   | 2132-9
    """)  # fmt: skip
