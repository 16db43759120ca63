"A patient goes from a CSV file with broken rows, and no other patient's row goes with them."

import pytest

from pipeline.core.config import Home
from pipeline.erasure.search import in_delivered
from pipeline.profiles import read_profile

PROFILE = read_profile("canonical").model_copy(update={"other_columns": "ignored"})
HEADER = "patient_id,code,name\n"


def erased(tmp_path, text, patient):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + text, encoding="utf-8", newline="")
    theirs = in_delivered(Home(tmp_path), path, profile=PROFILE, kind="condition", ids=[patient])
    theirs.cut(path)
    return theirs.records, path.read_bytes().decode().removeprefix(HEADER)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quote_that_is_never_closed_hides_no_patient_and_takes_none_along(tmp_path, end):
    text = f'ann,1,"x{end}bob,2,y{end}cid,3,z{end}'
    assert erased(tmp_path, text, "bob") == (1, f'ann,1,"x{end}{end}cid,3,z{end}')
    assert erased(tmp_path, text, "ann") == (1, f"{end}bob,2,y{end}cid,3,z{end}")


def test_quotes_that_meet_a_later_row_hide_no_patient(tmp_path):
    text = 'ann,1,"x\n"bob","2","y"\ncid,"3\ndan,4,z\n5"\n'
    assert erased(tmp_path, text, "bob") == (1, 'ann,1,"x\n\ncid,"3\ndan,4,z\n5"\n')
    assert erased(tmp_path, text, "dan") == (1, 'ann,1,"x\n"bob","2","y"\ncid,"3\n\n5"\n')


def test_a_record_of_several_lines_goes_whole(tmp_path):
    for row in ('ann,1,"two\nlines"\n', 'ann,1,"two\nlines",x\n', 'ann,1,"two\nlines"x\n'):
        assert erased(tmp_path, f"{row}bob,2,y\n", "ann")[1:] == ("\n\nbob,2,y\n",)
        assert erased(tmp_path, f"{row}bob,2,y\n", "bob") == (1, f"{row}\n")


def test_stray_quotes_and_rows_with_too_many_cells(tmp_path):
    text = 'ann,1,5" x\nann,1,x,\n"ann","1","x" \nbob,2,"a ""b"""\n\nann'
    assert erased(tmp_path, text, "ann") == (4, '\n\n\nbob,2,"a ""b"""\n\n')
