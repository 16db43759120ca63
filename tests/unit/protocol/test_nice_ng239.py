"The pack after NICE NG239: every symptom with every risk, and its follow-up. Its rules and edges are shown by its examples"

from pipeline.protocol.pack import load
from tests.drawn import screened

NAME = "nice-ng239"

SYMPTOMS = (
    "glossitis",
    "neuro_optic",
    "neuro_falls",
    "neuropathy_diabetic",
    "macrocytic_anaemia_other",
)
RISKS = ("vegan_diet", "coeliac", "atrophic_gastritis", "nice_risk_condition", "h2_blocker", "nice_risk_drug")  # fmt: skip


def test_a_symptom_and_a_risk_prompt_a_test_and_either_alone_does_not():
    expected = {f"{symptom}; {risk}": "N17" for symptom in SYMPTOMS for risk in RISKS}
    expected |= dict.fromkeys((*SYMPTOMS, *RISKS), "N21")
    found, rows = screened(
        NAME, "who | records\n" + "\n".join(f"{each} | {each}" for each in expected)
    )
    assert {row["who"]: found[row["who"]]["rule"] for row in rows} == expected


def test_the_follow_up_is_asked_for_from_3_months_on_until_6():
    found, _ = screened(NAME, """
        who | records
        a   | b12_mecobalamin on 2025-10-31 route injection; metformin
        b   | b12_mecobalamin on 2025-10-31 route oral; metformin
        c   | b12_mecobalamin on 2025-08-01 route oral; metformin
        d   | b12_mecobalamin on 2025-11-01 route oral; metformin
        e   | b12_mecobalamin on 2025-07-31 route oral; metformin
    """)  # fmt: skip
    assert [who for who, one in found.items() if "FOLLOW_UP_DUE" in one["flags"]] == ["a", "b", "c"]
    assert "not measured again" in found["a"]["reason"]
    assert all("3 months after B12" in found[who]["reason"] for who in "bc")


def test_nothing_is_ordered_excluded_or_stopped():
    pack = load(NAME)
    texts = [*pack.raw["actions"].values()]
    texts += [row.get("because", "") for name in ("next_step", "safety") for row in pack.raw[name]]
    assert not [text for text in texts if "normal" in text.lower() or "stop B12" in text]
    treating = [text for name, text in pack.raw["actions"].items() if name.startswith("TREAT")]
    assert treating and all(text.startswith("Option: ") and "NICE" in text for text in treating)


def test_a_drug_that_is_a_risk_is_named_however_long_it_is_taken():
    found, _ = screened(NAME, """
        who | records
        a   | metformin on 2025-12-01; neuro_falls
        b   | h2_blocker on 2025-12-01; neuro_falls
        c   | metformin on 2019-12-01; neuro_falls
    """)  # fmt: skip
    assert {who: one["rule"] for who, one in found.items()} == dict.fromkeys("abc", "N17")
    assert "metformin since 2025-12" in found["a"]["evidence"]
    assert "acid suppressant since 2025-12" in found["b"]["evidence"]
    assert found["c"]["evidence"].count("metformin since 2019-12") == 1
