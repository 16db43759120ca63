"staging.route_by_form: how a drug is given, by the dose form in its name"

import pytest

from tests.clinic import clinic, holds, landed, select

INJECTED = (
    "Cyanocobalamin 1000 mcg/mL injection", "hydroxocobalamin injectable solution", "Vit B12 AMP", "B12 1mg/ml 1ml amps", "B12 1 mg ampoule", "B12 I.M.", "Hydroxocobalamin ampoules 1mg",
    "cyanocobalamin 1,000 mcg/mL vial", "B12 VIALS", "Hydroxocobalamin_Inj 1mg/ml 1ml Amp", "cyanocobalamin soln for inj", "B12 prefilled syringe",
    "Vitamin B12 pre-filled syringes", "cyanocobalamin 1000mcg IM", "Vitamin B12 Depot 1000 µg Injektionslösung", "Vitamin B12 Ampullen", "B12 5amps",
    "Hydroxocobalamin powder for solution for injection, oral use not intended: injection".split(",")[0],
)  # fmt: skip
SWALLOWED = (
    "Cyanocobalamin 50 mcg tablet", "cyanocobalamin 50microgram tablets", "B12 TAB", "B12 1000 mcg tabs", "Methylcobalamin capsule", "mecobalamin 500 mcg caps",
    "B12 CAP", "Methylcobalamin lozenge", "B12 lozenges", "vitamin B12 oral solution", "Nascobal nasal", "cyanocobalamin 500 mcg/spray", "B12 nasal sprays",
    "B12 sublingual", "Cyanocobalamin_Tab50mcg", "B12 oral syringe 1 mg/mL", "Vitamin B12 Trinkampullen", "B12 drinking ampoules", "vitamine B12 ampoules buvables",
)  # fmt: skip
SILENT = (
    "cyanocobalamin", "vitamin B12 1000 mcg", "captopril", "tabloid", "amphotericin", "capecitabine", "impramine", "vialflex", "B12 injection or tablets", "nasalcrom",
)  # fmt: skip


def drugs(names):
    return [
        {"patient_id": "ann", "code": "1", "name": name, "start_on": "2026-01-05"} for name in names
    ]


@pytest.mark.parametrize(
    ("names", "kinds"), [(INJECTED, {"injection"}), (SWALLOWED, {"oral"}), (SILENT, set())]
)
def test_whole_words_in_plurals_and_abbreviations(names, kinds):
    con = landed(clinic(), "medication", drugs(names))
    found = {row["name"]: row["kind"] for row in select(con, "staging.route_by_form")}
    assert set(found.values()) == kinds
    assert set(found) == (set(names) if kinds else set())


def test_where_the_name_says_nothing_the_display_of_the_code_does():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code          | name                   | start_on
        ann        | RXNORM      | 309594        |                        | 2026-01-05
        ann        | RXNORM      | 309594        | cyanocobalamin         | 2026-01-05
        ann        | RXNORM      | 309594        | cyanocobalamin tablets | 2026-01-05
        ann        | NDC         | 0517-0031-25  |                        | 2026-01-05
        ann        | ATC         | B03BA01       |                        | 2026-01-05
        ann        | NAME        | B12 tabs 1 mg |                        | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.route_by_form", """
        code          | name                   | kind
        309594        |                        | injection
        309594        | cyanocobalamin         | injection
        309594        | cyanocobalamin tablets | oral
        0517-0031-25  |                        | injection
        B12 tabs 1 mg |                        | oral
    """)  # fmt: skip
