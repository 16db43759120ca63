"What a pack with other words never says is told by name."

import pytest

from pipeline.protocol import load, unmade_remarks
from tests.command import b12
from tests.packs import write_small

OTHER_WORDS = """facts:
  folic_acid:
    answers:
      - {answer: taken, medication: [folic_acid/*], active: true}
      - {answer: active, medication: [folic_acid/*]}
    otherwise: none
    not_loaded: not_loaded
"""
SAID = "the flag METHOTREXATE is never made: the fact folic_acid has no answer active."


@pytest.mark.parametrize("pack", ["praxis-2026", "nice-ng239", "aafp-2025", "local-lab-example"])
def test_a_bundled_pack_makes_them_all(pack):
    assert list(unmade_remarks(load(pack))) == []


def test_a_pack_with_other_words_is_told_by_check(tmp_path):
    path = write_small(tmp_path, more=OTHER_WORDS)
    assert list(unmade_remarks(load(path))) == []
    text = path.read_text().replace("answer: active, med", "answer: earlier, med")
    path.write_text(text.replace("folic_acid: [active]", "folic_acid: [taken]"))
    assert list(unmade_remarks(load(path))) == [SAID]
    done = b12(tmp_path / "home", "protocol", "check", path)
    assert (done.code, f"Warning: {SAID}" in done.out) == (0, True), done.out + done.err
