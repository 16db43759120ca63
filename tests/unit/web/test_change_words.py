"What changed about a patient, in words"

import re

import pytest

from pipeline.web.change_words import changed

SAID = "The protocol changed from praxis-2026 2.0.0 to nice-ng239 1.0.0."
RAW = "protocol changed: praxis-2026 2.0.0 → nice-ng239 1.0.0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RAW, SAID),
        (f"{RAW}; back on the worklist", f"{SAID} Back on the worklist"),
        (
            f"{RAW}; next_step: ORDER_B12 (N20) → ORDER_B12 (N14)",
            f"{SAID} The same action, by another rule",
        ),
        (
            f"{RAW}; next_step: ORDER_MMA (N16) → TREAT_IM_NEURO (N05); priority: 3 → 1",
            f"{SAID} Next step: missing test: MMA → treatment option: IM, neurological; Priority: 3 → 1",
        ),
        (
            f"{RAW}; B12: low, 140 pmol/L on 2026-10-21 → borderline, 140 pmol/L on 2026-10-21",
            f"{SAID} B12 140 pmol/L on 21 Oct 2026: low → borderline",
        ),
        (
            f"{RAW}; B12: low, 110 pg/mL on 2026-10-21 → borderline, 210 pg/mL on 2026-11-02",
            f"{SAID} B12: low, 110 pg/mL on 21 Oct 2026 → borderline, 210 pg/mL on 2 Nov 2026",
        ),
        (
            f"{RAW}; NO_ACTION: No further step is due.",
            f"{SAID} No further step: No further step is due.",
        ),
        (
            "protocol changed: another text of praxis-2026 2.0.0; priority: 3 → 1",
            "The text of the protocol praxis-2026 2.0.0 changed. Priority: 3 → 1",
        ),
        ("b12: low → never", "B12: low → never"),
        ("Rang; protocol changed: a → b", "Rang; protocol changed: a → b"),
        ("", ""),
    ],
)
def test_a_change_is_said_in_words(text, expected):
    assert re.sub("<[^>]+>", "", changed(text)) == expected


def test_what_a_person_typed_is_escaped():
    assert "<b>" not in changed(f"{RAW}; <b>")
    assert "<b>" not in changed("<b>; next_step: a → b")
