"The facts on which a record of a concept bears."

from tests.clinic import clinic, shows
from tests.unit.protocol.declared import own_clinic

AUTOIMMUNE = {
    "answers": [{"answer": "recorded", "coded": ["coeliac", "nice_risk_condition"]}],
    "otherwise": "none", "not_loaded": "not_loaded",
}  # fmt: skip
ASKED = "concept in ('coeliac', 'nice_risk_condition', 'glossitis', 'NOT_EVIDENCE_diet_education')"


def test_the_shipped_protocol():
    shows(clinic(), "explaining.concept_fact", """
        concept                     | fact
        coeliac                     | malabsorption
        nice_risk_condition         | shown, not used
        glossitis                   | shown, not used
        NOT_EVIDENCE_diet_education | recognised, not counted
    """, where=ASKED)  # fmt: skip


def test_a_fact_of_the_packs_own_takes_what_was_only_shown_and_shares_what_counts_elsewhere():
    shows(own_clinic(autoimmune=AUTOIMMUNE), "explaining.concept_fact", """
        concept                     | fact
        coeliac                     | malabsorption
        coeliac                     | autoimmune
        nice_risk_condition         | autoimmune
        glossitis                   | shown, not used
        NOT_EVIDENCE_diet_education | recognised, not counted
    """, where=ASKED)  # fmt: skip
