"Which HL7 v2 messages are a patient's: every field that a reader may take the number from"

import pytest

from pipeline.erasure.ids import Ids
from pipeline.erasure.messages import erase_messages

MSH = r"MSH|^~\&|LIS|LAB|B12|SITE|20240105||ADT^A40|1|P|2.5.1"
OTHER = f"{MSH}\nPID|1||kept\nMRG|also\n"


@pytest.mark.parametrize(
    "segment",
    [
        "PID|1|gone",
        "PID|1||x~gone^^^A",
        "PID|1|||gone",
        "MRG|x~gone^^^A",
        "MRG||gone",
        "MRG||||gone",
    ],
)
def test_a_message_that_names_the_patient_becomes_blank_lines(tmp_path, segment):
    path = tmp_path / "x.hl7"
    path.write_text(f"{MSH}\nPID|1||p\n{segment}\n{OTHER}")
    assert erase_messages(path, Ids(frozenset(["gone"]))) == 1
    assert path.read_text() == "\n\n\n" + OTHER
