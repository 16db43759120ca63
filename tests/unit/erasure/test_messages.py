"Which part of an HL7 v2 message is a patient's: by the number that the reader takes, group by group"

import pytest

from pipeline.core.config import Home
from pipeline.erasure.cut import MESSAGE
from pipeline.erasure.search import in_delivered
from pipeline.profiles import read_profile

MSH = r"MSH|^~\&|LIS|LAB|B12|SITE|20240105||ADT^A40|1|P|2.5.1"
OTHER = f"{MSH}\nPID|1||kept\nMRG|also\n"
PROFILE = read_profile("hl7v2")


def erased(tmp_path, text, patient="gone", profile=PROFILE):
    path = tmp_path / "x.hl7"
    path.write_text(text, newline="")
    found = in_delivered(Home(tmp_path), path, profile=profile, kind="message", ids=[patient])
    if found.records:
        found.cut(path)
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    "segments", ["PID|1|gone", "PID|1||gone^^^A~x", "PID|1||p\nMRG|x~gone^^^A", "PID|1||p\nMRG||||gone", "PID|1||\nNTE|||gone"]
)  # fmt: skip
def test_of_a_message_that_is_theirs_a_header_stays_which_says_nothing(tmp_path, segments):
    if "MRG||||" in segments:
        profile = PROFILE.model_copy(
            update={"patient_id": PROFILE.patient_id.model_copy(update={"positions": ("PID-2",)})}
        )
        segments = segments.replace("PID|1||p", "PID|1|p")
    else:
        profile = PROFILE
    left = erased(
        tmp_path, f"{MSH}\n{segments}\n{OTHER.replace('PID|1||', 'PID|1|kept|')}", profile=profile
    )
    blank = "\n" * (1 + segments.count("\n"))
    assert left == f"{MESSAGE}\n{blank}" + OTHER.replace("PID|1||", "PID|1|kept|")


def test_of_two_patients_in_a_message_one_stays(tmp_path):
    groups = [f"PID|1||{person}\rOBR|1\rOBX|1|NM|x||{person}\r" for person in ("gone", "kept")]
    for pair in (groups, groups[::-1]):
        left = erased(tmp_path, f"{MSH}\r{''.join(pair)}")
        assert "gone" not in left and groups[1] in left and left.startswith(MSH)
        assert left.count("\r") == 7


def test_another_number_of_somebody_else_takes_nothing_of_theirs(tmp_path):
    "The reader takes the first: a number of another hospital that happens to be the same"
    text = f"{MSH}\rPID|1||kept^^^A~gone^^^B\rMRG|also\r"
    assert erased(tmp_path, text) == text
