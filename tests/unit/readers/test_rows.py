"What makes the survey of rows fast: bits of whole words, and few records that are read cell by cell."

import random

import numpy as np
import pytest

from pipeline.profiles import read_profile
from pipeline.readers.rows import bits, survey
from pipeline.readers.rows.header import read_header

SIZE = 5 * bits.WORD


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0, 1])
def test_bits_are_those_of_the_bytes_across_words(share):
    chance = random.Random(7)
    mask = [chance.random() < share for _ in range(SIZE)]
    members = [place for place in range(SIZE) if mask[place]]
    packed, everywhere = bits.packed(np.array(mask)), np.arange(SIZE)
    assert bits.places_of(packed).tolist() == members
    assert bits.are_in(packed, everywhere).tolist() == mask
    assert [bits.is_in(packed, place) for place in range(SIZE)] == mask
    assert bits.places_of(bits.after(packed)).tolist() == [
        place + 1 for place in members if place + 1 < SIZE
    ]
    assert bits.places_of(bits.before(packed)).tolist() == [
        place - 1 for place in members if place > 0
    ]
    counts = [sum(mask[:place]) for place in range(SIZE)]
    assert bits.counts_before(packed, everywhere).tolist() == counts
    odd = [place for place in range(SIZE) if (counts[place] + mask[place]) % 2]
    assert bits.places_of(bits.parity(packed)).tolist() == odd


@pytest.mark.parametrize(
    ("row", "at_most"),
    [
        ("", 0), ('p,1,"x",\n', 0), ("p,1\n", 0), ('p,"1\n2",x\n', 0),
        ('p,"1,x\n', 3), ('p,1,5" x\n', 3), ('p,1,"x"y\n', 3), ('p,1,"x\np,1,y"z\n', 3),
    ],
)  # fmt: skip
def test_only_odd_records_are_read_cell_by_cell(tmp_path, monkeypatch, row, at_most):
    "Rows of every regular form before and after; an even and an odd number of quotes before them"
    regular = 'p,1,x\n"p","1","x"\n"p, q",1,"a ""x"""\np, "1" ,"two\nlines"\n\n,,\n' * 50
    dialect, path, calls = read_profile("canonical").dialect, tmp_path / "t.csv", []
    path.write_text(f"patient_id,code,name\n{regular}{row}{regular}")
    original = survey.read_record
    monkeypatch.setattr(
        survey, "read_record", lambda *given: [calls.append(given), original(*given)][1]
    )
    found = survey.survey(path, read_header(path, dialect), dialect, tmp_path)
    assert len(calls) <= at_most
    assert found.records >= 500
