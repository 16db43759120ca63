"What a pack's facts read, by what codes mean to it: so a note of a headache is offered where it takes one away."

from dataclasses import replace

import pytest

from pipeline.protocol import load, meanings_read
from pipeline.web.patients import _counts_headache
from tests.packs import write_small

HEADACHES = "headache_tierB_primary", "headache_tierB_migraine_optional"
SHOWN = "".join(f"{name},shown,ours_{at},\n" for at, name in enumerate(HEADACHES))
DEFINITE = "".join(f"{name},neuro,definite,\n" for name in HEADACHES)
AS_HEADACHE = "glossitis,neuro,headache,\n"


@pytest.mark.parametrize(
    ("concepts", "selectors", "expected"),
    [
        (None, None, True),
        (None, ["neuro/definite"], False),
        (SHOWN, None, False),
        (AS_HEADACHE + SHOWN, None, True),
        (None, ["neuro/*"], True),
        (SHOWN, ["neuro/*", "headache_*"], False),
        (None, ["neuro/migraine"], True),
        (None, ["headache_tierB_primary"], True),
        # a note takes away what means a headache, and these mean something else
        (DEFINITE, None, False),
        (None, ["headache_secondary_needs_review"], False),
    ],
)
def test_a_note_of_a_headache_is_offered_where_it_changes_something(
    tmp_path, concepts, selectors, expected
):
    pack = load(write_small(tmp_path, concepts=concepts))
    if selectors:
        line = {"answer": "definite", "coded": selectors, "unless": "resolved"}
        neuro = {**pack.raw["facts"]["neuro"], "answers": [line]}
        pack = replace(pack, raw={**pack.raw, "facts": {**pack.raw["facts"], "neuro": neuro}})
    assert _counts_headache(pack) == expected


def test_what_the_own_table_makes_of_a_concept_is_what_is_read(tmp_path):
    pack = load(write_small(tmp_path, concepts=DEFINITE))
    assert "definite" in meanings_read(pack)
    assert meanings_read(load("nice-ng239")).isdisjoint({"headache", "headache_unrelated"})
