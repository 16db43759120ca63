"The pack after American Family Physician 2025: B12 that stays high. Its rules and edges are shown by its examples"

from pipeline.protocol.pack import load
from tests.drawn import screened

NAME = "aafp-2025"

HIGH = """
    who | flagged | records
    a   | yes     | total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900
    b   | yes     | total_b12 950 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900
    c   | no      | total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1000 limits 200-900
    d   | no      | total_b12 800 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900
    e   | yes     | total_b12 1100 on 2025-12-08 limits 200-900; total_b12 1001 limits 200-900
    f   | no      | total_b12 1100 on 2025-12-09 limits 200-900; total_b12 1001 limits 200-900
    g   | no      | total_b12 1100 limits 200-900
    h   | no      | total_b12 1100 on 2025-11-01; total_b12 1001
    i   | no      | b12_mecobalamin; total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900
"""  # of h the laboratory gave no limits


def test_a_b12_that_stays_high_is_a_warning_without_a_priority():
    found, rows = screened(NAME, HIGH)
    expected = {row["who"] for row in rows if row["flagged"] == "yes"}
    flagged = {who for who, one in found.items() if "B12_PERSISTENTLY_HIGH" in one["flags"]}
    assert flagged == expected
    assert all(found[who]["priority"] == 0 for who in flagged)


def test_nothing_is_ordered_excluded_or_stopped():
    pack = load(NAME)
    texts = [*pack.raw["actions"].values()]
    texts += [row.get("because", "") for name in ("next_step", "safety") for row in pack.raw[name]]
    assert not [text for text in texts if "normal" in text.lower() or "stop B12" in text]
    treating = [text for name, text in pack.raw["actions"].items() if name.startswith("TREAT")]
    assert treating and all(text.startswith("Option: ") and "AAFP" in text for text in treating)
