"HL7 v2: every statement about framing, batches, values, statuses, times and identifiers; broken input breaks what it stands in, no more."

import itertools
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core import CONTACT, SOURCES, InvalidProtocol, Refused, read_yaml
from pipeline.engine.connection import connect
from pipeline.profiles.check import checked_profile
from pipeline.protocol import register_vocabulary
from pipeline.readers.hl7v2.file import LARGEST_MESSAGE, LONGEST_SEGMENT
from pipeline.readers.hl7v2.load import load_messages
from pipeline.readers.landed import read as landed_by

SAMPLES = Path(__file__).parents[2] / "data" / "hl7v2_oru"
FOLDERS = itertools.count()
MSH = r"MSH|^~\&|LIS|GOODLAB|B12|SITE|20240105120000+0100||ORU^R01^ORU_R01|1|P|2.5.1"
PID = "PID|1||p1^^^GOODHOSP^MR||Synthetic^Ann||19600131|F"
OBR = "OBR|1|PL1|F1^LIS|B12^Vitamin B12^L|||20240102" + "|" * 15 + "20240103|||F"
B12 = "2132-9^Cobalamin^LN"
NUMBER = re.compile(r"\s*(<|>|<=|>=|=|≤|≥)?\s*[+-]?[\d.,]+\s*")  # what staging reads as one
NM = f"OBX|1|NM|{B12}||165|pg/mL^picogram^UCUM|180-914|L|||F|||202401020815"


@cache
def connection():
    return connect()


def read(tmp_path, content, **options):
    "What a file gives: patients and results as dicts in the order of their lines, the lines of what is broken, the counts"
    folder = tmp_path / str(next(FOLDERS))
    folder.mkdir()
    path = folder / "x.hl7"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    con, shipped = connection(), read_yaml(SOURCES / "hl7v2.yaml")
    con.execute("drop schema if exists landing cascade; create schema landing")
    loaded = load_messages(
        con, path, profile=checked_profile(shipped | options, "hl7v2"), folder=folder
    )
    rows = {
        entity: con.sql(f"from ({select}) order by line").to_arrow_table().to_pylist()
        for entity, select in loaded.selects.items()
    }
    broken = [
        line for (line,) in con.execute("select line from landing.ragged order by line").fetchall()
    ]
    assert loaded.rows == loaded.other + len(broken) + len(rows["patient"]) + len(
        rows["lab_result"]
    )
    return SimpleNamespace(
        patients=rows["patient"],
        results=rows["lab_result"],
        broken=broken,
        other=loaded.other,
        rows=loaded.rows,
        notes=loaded.notes,
    )


def message(*segments, end="\r"):
    "A message of these segments, with the usual MSH unless the first is one"
    header = [] if segments and segments[0].startswith("MSH") else [MSH]
    return "".join(segment + end for segment in [*header, *segments])


def obx(kind="NM", value="165", code=B12, sub_id="", unit="pg/mL", status="F"):
    return f"OBX|1|{kind}|{code}|{sub_id}|{value}|{unit}|||||{status}"


def results(tmp_path, *observations, header=MSH, **options):
    return read(tmp_path, message(header, PID, OBR, *observations), **options).results


def one(tmp_path, *segments, **options):
    [row] = results(tmp_path, *segments, **options)
    return row


def refusal(tmp_path, content, **options):
    with pytest.raises(Refused) as refused:
        read(tmp_path, content, **options)
    return str(refused.value)


# What a message gives


def test_a_message_gives_a_patient_and_a_result(tmp_path):
    found = read(tmp_path, message(PID, "ORC|RE|PL1|F1", OBR, NM))
    assert found.patients == [
        {
            "line": 2, "patient_id": "p1", "birth_date": "1960-01-31", "sex": "female", "deceased_on": None, "merged_into": None,
            "recorded_at": "2024-01-05T12:00:00+01:00", "status": None,
        } | dict.fromkeys(CONTACT) | {"name": "Ann Synthetic"}
    ]  # fmt: skip
    assert found.results == [
        {
            "line": 5, "patient_id": "p1", "result_id": "F1^LIS|2132-9|", "accession_id": "F1^LIS", "value": "165", "unit": "pg/mL",
            "unit_printed": "picogram", "status": "F", "specimen": None, "collected_at": "2024-01-02T08:15+01:00", "reported_at": "2024-01-03",
            "reference_low": "180", "reference_high": "914", "abnormal_flag": "L", "performing_lab": "GOODLAB", "method": None, "comment": None,
            "codings": [{"system": "LN", "code": "2132-9", "name": "Cobalamin"}],
        }
    ]  # fmt: skip
    assert (found.rows, found.other, found.broken) == (2, 0, [])


def test_a_message_without_results_still_has_its_patient(tmp_path):
    found = read(tmp_path, message(PID))
    assert (len(found.patients), found.results, found.rows) == (1, [], 1)


def test_an_empty_report_is_a_row_of_no_entity(tmp_path):
    assert read(tmp_path, message()).other == 1


def test_results_without_a_patient_have_no_patient_id(tmp_path):
    found = read(tmp_path, message(OBR, NM))
    assert (found.patients, [row["patient_id"] for row in found.results]) == ([], [None])


def test_each_patient_of_a_message_has_its_own_results(tmp_path):
    found = read(tmp_path, message(PID, OBR, NM, PID.replace("p1", "p2"), OBR, NM, NM))
    assert [row["patient_id"] for row in found.patients] == ["p1", "p2"]
    assert [row["patient_id"] for row in found.results] == ["p1", "p2", "p2"]


@pytest.mark.parametrize("type_", ["ORU^R01", "ORU^R30^ORU_R30", "ORU^R32", "ORU^^ORU_R01", "ORU"])
def test_reports_of_any_event_are_read(tmp_path, type_):
    assert (
        len(read(tmp_path, message(MSH.replace("ORU^R01^ORU_R01", type_), PID, OBR, NM)).results)
        == 1
    )


@pytest.mark.parametrize(
    "type_",
    ["ORM^O01", "OML^O21^OML_O21", "ADT^A08", "ADT^A30", "ACK", "ACK^R01", "MDM^T02", "ORUX^R01"],
)
def test_other_messages_are_counted_and_skipped(tmp_path, type_):
    found = read(
        tmp_path, message(MSH.replace("ORU^R01^ORU_R01", type_), PID, OBR, NM) + message(PID)
    )
    assert (found.other, found.rows, len(found.patients)) == (1, 2, 1)


def test_training_messages_are_skipped_when_the_profile_says_so(tmp_path):
    training = message(MSH.replace("|P|", "|T|"), PID, OBR, NM)
    assert read(tmp_path, training).other == 0
    assert read(tmp_path, training, skip_processing=["T", "D"]).other == 1


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8"])
def test_versions(tmp_path, version):
    assert one(tmp_path, NM, header=MSH.replace("2.5.1", version))["value"] == "165"


# Lines, framing, batches


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_are_counted_whatever_ends_them_blank_ones_too(tmp_path, end):
    content = message(PID, OBR, NM, end=end) + end + end + message(PID, OBR, NM, end=end)
    found = read(tmp_path, content.removesuffix(end))
    assert [row["line"] for row in found.patients] == [2, 8]
    assert [row["line"] for row in found.results] == [4, 10]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", ["\x0b{}\x1c\r", "\x0b{}\x1c", "\x0b{}\x1c\r\n"])
def test_mllp_frames_do_not_belong_to_a_message(tmp_path, end, frame):
    found = read(tmp_path, "".join(frame.format(message(PID, OBR, NM, end=end)) for _ in range(3)))
    assert (len(found.results), found.broken) == (3, [])


def test_a_frame_ends_a_message_that_has_no_line_break_at_its_end(tmp_path):
    framed = f"\x0b{message(PID, OBR, NM).strip()}\x1c"
    assert len(read(tmp_path, framed * 2).results) == 2


def test_what_is_framed_without_a_header_is_broken_and_not_part_of_the_message_before(tmp_path):
    lost = f"\x0b{PID}\r{OBR}\r{NM}\r\x1c\r"
    found = read(
        tmp_path, f"\x0b{message(PID, OBR, NM)}\x1c\r" + lost + f"\x0b{message(PID)}\x1c\r"
    )
    assert (len(found.results), len(found.patients), found.broken) == (1, 2, [6])


def test_a_vertical_tab_within_a_text_is_not_a_frame(tmp_path):
    assert [
        row["value"] for row in results(tmp_path, obx("ST", "POS\x0bITIVE", code="X^^L"), NM)
    ] == ["POS\x0bITIVE", "165"]


def test_a_byte_order_mark_does_not_belong_to_the_first_segment(tmp_path):
    assert len(read(tmp_path, b"\xef\xbb\xbf" + message(PID, OBR, NM).encode()).results) == 1


BATCH = "FHS|^~\\&|x\rBHS|^~\\&|x\r{}BTS|{}\rFTS|{}\r"


def test_batches_are_unpacked(tmp_path):
    found = read(
        tmp_path,
        BATCH.format(message(PID, OBR, NM) * 2, 2, 1)
        + "BHS|^~\\&\r"
        + message(PID)
        + "BTS|1|done\r",
    )
    assert (found.rows, len(found.results), found.broken) == (5, 2, [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            BATCH.format(message(PID) * 19, 20, 1),
            "its batch trailer says 20 messages, but there are 19: the delivery is incomplete",
        ),
        (BATCH.format(message(PID), 1, 2), "its file trailer says 2 batches, but there are 1"),
        (BATCH.format(message(PID), "p1", 1), "its batch trailer says no number of messages"),
        ("BHS|^~\\&\r" + message(PID), "its BHS at line 1 has no trailer"),
        ("FHS|^~\\&\r" + message(PID), "its FHS at line 1 has no trailer"),
        (
            "BHS|^~\\&\r" + message(PID) + "BHS|^~\\&\r" + message(PID) + "BTS|1\r",
            "its BHS at line 1 has no trailer",
        ),
        (message(PID) + "BTS|2\r", "its batch trailer says 2 messages, but there are 1"),
        (message(PID) + "FTS|2\r", "its file trailer says 2 batches, but there are 1"),
        (message(PID) + "BTS|1\r" + message(PID) + "BTS|2\r", "says 2 messages, but there are 1"),
    ],
)
def test_a_batch_that_is_not_whole_is_refused_or_its_trailer_rejected(tmp_path, content, said):
    assert said in refusal(tmp_path, content)
    assert len(read(tmp_path, content, trailers="reject").broken) == 1


@pytest.mark.parametrize("trailers", ["refuse", "reject"])
@pytest.mark.parametrize(
    ("content", "lone"),
    [
        (message(PID) + "BTS|1\r", ["batch trailer at line 3"]),
        (message(PID) + "BTS\r", ["batch trailer at line 3"]),
        (message(PID) + "FTS|1\r", ["file trailer at line 3"]),
        (message(PID) + "BTS|1\rFTS|1\r", ["batch trailer at line 3", "file trailer at line 4"]),
        ((message(PID) + "BTS|1\r") * 2, ["batch trailer at line 3", "batch trailer at line 6"]),
        ("BTS|0\r" + message(PID), ["batch trailer at line 1"]),
        ("FHS|^~\\&\r" + message(PID) + "BTS|1\rFTS|1\r", ["batch trailer at line 4"]),
    ],
)
def test_a_lone_trailer_is_read_and_said_and_refuses_nothing(tmp_path, content, lone, trailers):
    found = read(tmp_path, content, trailers=trailers)
    assert found.broken == []
    assert found.notes == tuple(
        f"its {what} has no header; its messages were read" for what in lone
    )


def test_a_file_without_lone_trailers_has_no_notes(tmp_path):
    assert read(tmp_path, BATCH.format(message(PID), 1, 1)).notes == ()


def test_a_trailer_without_a_count_and_a_file_without_batches_within(tmp_path):
    assert read(tmp_path, BATCH.format(message(PID), "", "")).rows == 1
    assert read(tmp_path, "FHS|^~\\&\r" + message(PID) + "FTS|1\r").rows == 1


def test_a_broken_message_counts_for_the_trailer(tmp_path):
    found = read(tmp_path, BATCH.format(message(PID) + "MSH|^~\r" + message(PID), 3, 1))
    assert (found.rows, found.broken) == (3, [5])


def test_an_empty_batch_has_no_rows(tmp_path):
    assert read(tmp_path, BATCH.format("", 0, 1)).rows == 0


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        "patient_id,code\np1,2132-9\n",
        f"{PID}\r{OBR}\r{NM}\r",
        "\x0b\x1c\r",
        "<Bundle/>",
    ],
)
def test_a_file_that_is_not_hl7_is_refused(tmp_path, content):
    assert "no line begins an HL7 v2 message" in refusal(tmp_path, content)


# Broken messages


@pytest.mark.parametrize(
    "broken",
    [
        "MSH\r", "MSH|\r", "MSH|^~\\&\r", "MSH|^~\\\r", "MSH||LIS|GOODLAB\r" + PID + "\r", "MSH|^^^^|LIS|||||ORU^R01\r" + PID + "\r",
        "MSH|^~\\&amp;|LIS|x|x|x|2024||ORU^R01\r" + PID + "\r", message(MSH.replace("ORU^R01^ORU_R01", ""), PID),
        message(PID, "no segment", NM), message(PID, OBR, NM, "ADD|continues"),
        message(PID, OBR, "OBX|1|TX|" + "x" * LONGEST_SEGMENT), message(MSH.replace("ORU", "OR\xff"), PID).encode("latin-1"),
        message(MSH.replace("ORU", "O\0U"), PID), message(PID, "OB\xffX|1", NM).encode("latin-1"),
        message(MSH.replace("ORU^R01^ORU_R01", "ADT^A40"), PID),
        message(PID, *["NTE|1||" + "x" * (LONGEST_SEGMENT - 100)] * (LARGEST_MESSAGE // LONGEST_SEGMENT + 1)),
    ],
    ids=range(16),
)  # fmt: skip
def test_a_broken_message_is_rejected_with_the_line_of_its_header_and_its_neighbours_go_in(
    tmp_path, broken
):
    whole = message(PID, OBR, NM).encode()
    found = read(
        tmp_path, whole + (broken if isinstance(broken, bytes) else broken.encode()) + whole
    )
    assert (found.broken, len(found.results), len(found.patients)) == ([5], 2, 2)


UNREADABLE = [b"\xff", b"\xc3", b"\xe2\x82", b"\0"]


@pytest.mark.parametrize("unreadable", UNREADABLE)
@pytest.mark.parametrize(
    ("segment", "column", "value"),
    [
        ("PID|1||p1^^^GOODHOSP^MR||Synth@tic^Ann||19600131|F", None, None),
        ("PID|1||p1^^^GOODHOSP^MR||S^A||1960@0131|F", "birth_date", None),
        ("PID|1||p1^^^GOODHOSP^MR||S^A||19600131|F@", "sex", None),
        ("PID|1||p1^^^GOOD@HOSP^MR||S^A||19600131|F", "patient_id", None),
        ("PID|1||p1@||S^A||19600131|F", "patient_id", None),
    ],
)
def test_an_unreadable_byte_costs_its_field_of_a_patient(
    tmp_path, segment, column, value, unreadable
):
    whole = {"patient_id": "p1", "birth_date": "1960-01-31", "sex": "female"}
    content = message(segment, OBR, NM).encode().replace(b"@", unreadable)
    found = read(tmp_path, content)
    wanted = whole | ({column: value} if column else {})
    assert [{name: row[name] for name in whole} for row in found.patients] == [wanted]
    assert [(row["patient_id"], row["value"]) for row in found.results] == [
        (wanted["patient_id"], "165")
    ]
    assert found.broken == []


@pytest.mark.parametrize("unreadable", UNREADABLE)
@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"value": "16@5"}, "value", None), ({"value": "16~@5"}, "value", None), ({"unit": "@g/mL"}, "unit", None),
        ({"code": "2132-9^B@12^LN"}, "codings", [{"system": None, "code": None, "name": None}]), ({"sub_id": "@"}, "result_id", "F1^LIS|2132-9|"),
    ],
)  # fmt: skip
def test_an_unreadable_byte_costs_its_field_of_a_result(tmp_path, cells, column, value, unreadable):
    content = message(PID, OBR, obx(**cells), NM).encode().replace(b"@", unreadable)
    found = read(tmp_path, content)
    assert (found.results[0][column], found.results[1]["value"], found.broken) == (value, "165", [])


def test_bytes_outside_of_a_declared_character_set_cost_their_field(tmp_path):
    content = message(f"{MSH}||||||ASCII", PID.replace("Ann", "Änn"), OBR, NM, obx(unit="µg/L"))
    assert [(row["value"], row["unit"]) for row in read(tmp_path, content).results] == [
        ("165", "pg/mL"),
        ("165", None),
    ]


@pytest.mark.parametrize("encoding", ["cp932", "gbk", "big5", "euc_kr", "cp1252"])
def test_an_unreadable_byte_takes_no_separator_with_it(tmp_path, encoding):
    content = message(PID, OBR, obx(), NM).encode().replace(b"|pg/mL|", b"|pg/mL\xff|", 1)
    content = content.replace(b"\xff", b"\x81\xff" if encoding == "cp1252" else b"\xff")
    found = read(tmp_path, content, encoding=encoding)
    assert [(row["value"], row["status"]) for row in found.results] == [("165", "F")] * 2


@pytest.mark.parametrize(
    "garbage",
    [
        "garbage\r",
        "2024-01-01 log\r\rsecond line\r",
        "\0\0\0\r",
        "OBX-like text\r",
        "<xml>\r",
        "x" * 2**21 + "\r",
    ],
)
def test_garbage_between_messages_is_rejected_once_and_they_go_in(tmp_path, garbage):
    found = read(
        tmp_path, garbage + message(PID, OBR, NM) + garbage + message(PID, OBR, NM) + garbage
    )
    lines = garbage.count("\r")
    assert found.broken == [1, lines + 5, 2 * lines + 9]
    assert (len(found.results), len(found.patients)) == (2, 2)


@pytest.mark.parametrize("cut", range(0, 330, 13))
def test_a_truncated_message_never_gives_more_than_it_holds(tmp_path, cut):
    whole = message(PID, OBR, NM)
    found = read(tmp_path, message(PID) + whole[:cut] + "\r" + message(PID))
    assert found.rows >= 2
    assert [row["patient_id"] for row in found.patients][:: len(found.patients) - 1] == ["p1", "p1"]
    assert all(
        row["value"] in (None, "1", "16", "165") and (row["value"] == "165" or not row["unit"])
        for row in found.results
    )


def test_an_attachment_of_any_size_is_not_a_result_and_harms_none(tmp_path):
    attachment = obx(
        "ED", "LIS^application^pdf^Base64^" + "JVBERi0x" * 300_000, code="PDF^Report^L"
    )
    assert [row["value"] for row in results(tmp_path, NM, attachment, NM)] == ["165", "ED", "165"]
    assert (
        one(tmp_path, obx("ED", "LIS^application^pdf^Base64^JVBERi0x"))["value"]
        == "ED application pdf"
    )


def test_a_line_of_50_megabytes_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "long.hl7"
    path.write_bytes(
        (message(PID, OBR) + "OBX|1|TX|").encode()
        + b"x" * 50_000_000
        + b"\r"
        + message(PID, OBR, NM).encode()
    )
    script = (
        "import sys, resource; from pathlib import Path; from pipeline.readers.hl7v2.file import messages\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print([line for line, _ in messages(Path(sys.argv[1]))], (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("[1, 5]")
    assert int(done.stdout.split()[-1]) < 20_000_000


PIECES = [MSH, PID, OBR, NM, obx("SN", ">^2000"), "NTE|1||note", "SPM|1|||SER^Serum^HL70487", "MRG|p9^^^GOODHOSP^MR", "BHS|^~\\&", "BTS|1", "garbage",
          "\x0b", "\x1c", "\r", "\n", "\0", "|", "^", "~", "\\", "&", "MSH", "\xff", "OBX", MSH.replace("ORU^R01", "ADT^A40")]  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(PIECES) | st.characters(max_codepoint=255), max_size=30),
    st.sampled_from(["\r", ""]),
)
def test_whatever_is_delivered_is_read_counted_or_refused(tmp_path, pieces, end):
    try:
        read(
            tmp_path, end.join(pieces).encode("latin-1"), trailers="reject"
        )  # which asserts that the rows add up
    except Refused as refused:
        assert "no line begins" in str(refused)


# Separators, escapes, character sets


def test_each_message_has_its_own_separators(tmp_path):
    other = "MSH*:+!%*LIS*GOODLAB***20240105**ORU:R01*1*P*2.5\rPID*1**p2:::A%1.2.3%ISO:MR\rOBR*1**F2\rOBX*1*SN*2132-9:B12:LN**>:2000*pg/mL*****F\r"
    found = read(tmp_path, message(PID, OBR, NM) + other + message(PID, OBR, NM))
    assert [(row["patient_id"], row["value"]) for row in found.results] == [
        ("p1", "165"),
        ("p2", ">2000"),
        ("p1", "165"),
    ]
    assert (
        read(tmp_path, other, patient_id={"authority": ["1.2.3"]}).patients[0]["patient_id"] == "p2"
    )


def test_a_fifth_encoding_character(tmp_path):
    assert (
        one(tmp_path, obx("ST", "a\\P\\b"), header=MSH.replace("^~\\&", "^~\\&#"))["value"] == "a#b"
    )


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"), (r"\X3E\150", ">150"), (r"\Xc2b5\g", "µg"), (r"one\.br\two\.sp2\three", "one\ntwo\nthree"),
        (r"\H\165\N\ ", "165"), (r"C:\temp\x", r"C:\temp\x"), (r"\Xff\ x", r"\Xff\ x"), (r"\X00\ x", r"\X00\ x"), (r"5\ x", r"5\ x"), (r"\Zx\y", r"\Zx\y"),
        (r"\.in+4\a", "a"), (r"a\P\b", r"a\P\b"),
    ],
)  # fmt: skip
def test_escapes_are_resolved_and_other_text_stays(tmp_path, escaped, text, caplog):
    assert one(tmp_path, obx("TX", escaped))["value"] == text
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("named", "bytes_", "options", "text"),
    [
        ("8859/1", b"\xb5", {}, "µ"), ("8859/15", b"\xa4", {}, "€"), ("UNICODE UTF-8", "µ".encode(), {"encoding": "latin-1"}, "µ"),
        ("", "µ".encode(), {}, "µ"), ("", b"\xb5", {"encoding": "cp1252"}, "µ"), ("unicode utf-8~8859/1", "µ".encode(), {}, "µ"),
        ("ISO IR87", b"\xb5", {"encoding": "latin-1"}, "µ"),
    ],
)  # fmt: skip
def test_the_character_set_is_the_messages_own_or_the_profiles(
    tmp_path, named, bytes_, options, text
):
    content = (
        message(MSH + f"||||||{named}", PID, OBR, obx(unit="@g/L")).encode().replace(b"@", bytes_)
    )
    assert read(tmp_path, content, **options).results[0]["unit"] == f"{text}g/L"


# Values


@pytest.mark.parametrize(
    ("kind", "delivered", "value"),
    [
        ("NM", "165", "165"), ("NM", "165.50", "165.50"), ("NM", "<150", "<150"), ("NM", "", None), ("NM", '""', None), ("NM", " 165 ", "165"),
        ("NM", "165~170", "165 ~ 170"), ("NM", "165~", "165"),
        ("SN", ">^2000", ">2000"), ("SN", "<^150", "<150"), ("SN", ">=^32", ">=32"), ("SN", "=^0.5", "0.5"), ("SN", "^28", "28"),
        ("SN", "^1^:^640", "1:640"), ("SN", "=^1^:^320", "1:320"), ("SN", "^10^-^20", "10-20"), ("SN", "^1^/^3", "1/3"), ("SN", "^2^+", "2+"),
        ("SN", "^10^^20", "10 20"), ("SN", "^1^.^3", "1 . 3"), ("SN", ">2000", ">2000"), ("SN", "", None), ("SN", ">", ">"),
        ("NR", "10^20", "10-20"), ("NR", "10^", "10-?"), ("NR", "^20", "?-20"), ("NR", "10", "10-?"), ("NR", "", None), ("NR", "10^20^30", "10^20^30"),
        ("ST", "GREATER THAN 2000", "GREATER THAN 2000"), ("TX", "PENDING", "PENDING"), ("FT", "see\\.br\\note", "see\nnote"), ("TX", "a~b", "a\nb"),
        ("ST", "a^b&c", "a^b&c"), ("ST", " ", None),
        ("CE", "260373001^Detected^SCT", "Detected"), ("CWE", "POS^^L", "POS"), ("CWE", "260373001^^SCT^P^Positive^L", "Positive"),
        ("CWE", "^^^^^^^^as written", "as written"), ("CWE^^HL70125", "260373001^Detected^SCT", "Detected"), ("CNE", "N^Negative", "Negative"),
        ("DT", "20240102", "20240102"), ("", "165", "165"), ("XX", "a^b", "a^b"),
    ],
)  # fmt: skip
def test_values_stay_as_the_laboratory_wrote_them(tmp_path, kind, delivered, value):
    assert one(tmp_path, obx(kind, delivered))["value"] == value


COMPARED = [
    ("SN", "@^400", "@400"), ("SN", "@=^400", "@=400"), ("SN", "^@400", "@400"), ("SN", "@400", "@400"), ("NM", "@400", "@400"), ("NM", "@ 400", "@ 400"),
    ("NM", "165~@400", "165 ~ @400"),
]  # fmt: skip


@pytest.mark.parametrize(
    "escaped", ["&{};", "&amp;{};", "\\T\\{};", "\\T\\amp;{};", "&amp;amp;{};"]
)
@pytest.mark.parametrize(
    ("name", "sign"), [("lt", "<"), ("gt", ">"), ("#60", "<"), ("#x3E", ">"), ("LT", "<")]
)
def test_entities_of_comparators_are_resolved(tmp_path, name, sign, escaped):
    rows = results(
        tmp_path,
        *(obx(kind, value.replace("@", escaped.format(name))) for kind, value, _ in COMPARED),
    )
    assert [row["value"] for row in rows] == [value.replace("@", sign) for *_, value in COMPARED]


@pytest.mark.parametrize(
    ("kind", "delivered", "value"),
    [
        ("NM", "&lt400", "<400"), ("ST", "&lt;400", "& lt;400"), ("TX", "&lt;400", "& lt;400"), ("", "&lt;400", "& lt;400"), ("SN", "&lt^400", "<400"), ("SN", "&le;^400", "≤400"), ("SN", "&ge;^400", "≥400"), ("ST", "&#8804; 400", "& #8804; 400"), ("ST", "\\T\\#8804; 400", "&#8804; 400"), ("ST", "Tom&Jerry", "Tom&Jerry"), ("ST", "a&copy;b", "a&copy;b"), ("NM", "4&#48;0", "4&#48;0"),
        ("NM", "400&#53;", "400&#53;"),
    ],
)  # fmt: skip
def test_entities_of_anything_else_and_in_texts_stay(tmp_path, kind, delivered, value):
    assert one(tmp_path, obx(kind, delivered))["value"] == value


@pytest.mark.parametrize(
    ("kind", "delivered"),
    [
        ("NM", "45210^150"), ("NM", "400&600"), ("NM", "400^600"), ("NM", "^150"), ("NM", "&150"), ("NM", "400^^600"), ("NM", "150^pg/mL"), ("NM", "150^<"),
        ("SN", "~^150".replace("~", "\\R\\")), ("SN", "<>^150"), ("SN", "approx^150"), ("SN", "lt^150"), ("SN", "!^150"), ("SN", "+^150"), ("SN", "1^150"), ("SN", "<^150&160"),
        ("SN", "<&>^150"), ("SN", "^150^^^170"), ("SN", "^^^150"), ("SN", "^^-^150"), ("SN", "^150&"+"1"), ("SN", ">2000^5"), ("SN", "^1^.^"), ("SN", "^1^e^5"), ("SN", "&quot;^150"),
        ("CWE", "<^150^L"), ("CE", "400^150"), ("CWE", "LT^150^L"), ("CE", "POS&165"), ("CWE", "^4&5^L"), ("CQ", "150^pg/mL"), ("", "45210^150"), ("ST", "45210^150"), ("XX", "400&600"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_never_a_number(tmp_path, kind, delivered):
    value = one(tmp_path, obx(kind, delivered))["value"]
    assert value and not NUMBER.fullmatch(value), value


@pytest.mark.parametrize(
    ("kind", "delivered"),
    [("NM", "150^"), ("NM", "150&"), ("SN", "^150^"), ("SN", "=^150"), ("CWE", "150^150^L"), ("CWE", "^150")],
)  # fmt: skip
def test_empty_components_and_an_equal_sign_leave_the_number(tmp_path, kind, delivered):
    assert one(tmp_path, obx(kind, delivered))["value"] == "150"


@pytest.mark.parametrize(
    ("delivered", "unit"),
    [
        ("pg/mL", "pg/mL"), ("^picogram per mL", "picogram per mL"), ("pg/mL^picogram^UCUM", "pg/mL"), ("PGM^x^L^pg/mL^picogram^UCUM", "pg/mL"),
        ("PGM^x^L", "PGM"), ("", None), (r"10\S\3/uL", "10^3/uL"), ("pg/mL&x", "pg/mL"),
    ],
)  # fmt: skip
def test_units(tmp_path, delivered, unit):
    assert one(tmp_path, obx(unit=delivered))["unit"] == unit


@pytest.mark.parametrize(
    ("delivered", "unit", "printed"),
    [
        ("pg/mL^pmol/L^UCUM", "pg/mL", "pmol/L"), ("pg/mL^pmol/L", "pg/mL", "pmol/L"), ("pg/mL^^UCUM^pmol/L^^L", "pg/mL", "pmol/L"),
        ("pg/mL^^UCUM^^pmol/L^L", "pg/mL", "pmol/L"), ("pg/mL^^UCUM^^^^^^pmol/L", "pg/mL", "pmol/L"), ("PGM^pmol/L^L^pg/mL^^UCUM", "pg/mL", "pmol/L"),
        ("pg/mL^pg/mL", "pg/mL", "pg/mL"), ("pg/mL", "pg/mL", None), ("^pg/mL", "pg/mL", None), ("", None, None), ("^^^^pg/mL", "pg/mL", None),
        ("^pg/mL^^^pmol/L", "pg/mL", "pmol/L"),
    ],
)  # fmt: skip
def test_the_printed_unit_stands_beside_the_code(tmp_path, delivered, unit, printed):
    row = one(tmp_path, obx(unit=delivered))
    assert (row["unit"], row["unit_printed"]) == (unit, printed)


@pytest.mark.parametrize(
    ("delivered", "low", "high"),
    [
        ("180-914", "180", "914"), ("180 - 914", "180", "914"), ("0.0 to 5.6", "0.0", "5.6"), (">100", "100", None), (">=2.079", "2.079", None),
        ("<5", None, "5"), ("<=0.40", None, "0.40"), ("NEGATIVE", None, None), ("<10 = Negative", None, None), ("", None, None), ("180-914 pg/mL", None, None),
        ("&lt;5", None, "5"), ("&gt;=100", "100", None),
    ],
)  # fmt: skip
def test_ranges(tmp_path, delivered, low, high):
    row = one(tmp_path, f"OBX|1|NM|{B12}||165|pg/mL|{delivered}||||F")
    assert (row["reference_low"], row["reference_high"]) == (low, high)


@pytest.mark.parametrize(
    ("of_result", "of_order", "status"),
    [
        ("F", "P", "F"), ("C^Record coming over is a correction^HL70085", "F", "C"), ("F^Deletes the OBX record^HL70085", "", "F"), ("D", "F", "D"),
        ("W", "F", "W"), ("P", "F", "P"), ("X", "F", "X"), ("U", "F", "U"), ("unknown", "F", "unknown"), ("", "F", "F"), ("", "C^Corrected, final^HL70123", "C"),
        ("", "P", "P"), ("", "X", "X"), ("", "R", "R"), ("", "S", "S"), ("", "I", "I"), ("", "A", "unknown"), ("", "N", "unknown"), ("", "O", "unknown"),
        ("", "M", "unknown"), ("", "Y", "unknown"), ("", "Z", "unknown"), ("", "", "unknown"), ('""', "", "unknown"),
    ],
)  # fmt: skip
def test_statuses_and_none_is_never_final(tmp_path, of_result, of_order, status):
    order = OBR.removesuffix("|F") + f"|{of_order}"
    assert read(tmp_path, message(PID, order, obx(status=of_result))).results[0]["status"] == status


# Codes


@pytest.mark.parametrize(
    ("delivered", "codings"),
    [
        ("2132-9^B12^LN", [("LN", "2132-9", "B12")]),
        ("B12X^Vit B12^L^2132-9^Cobalamin^LN", [("LN", "2132-9", "Cobalamin"), ("L", "B12X", "Vit B12")]),
        ("2132-9^^LN^B12X^Vit B12^99LAB", [("LN", "2132-9", "Vit B12"), ("99LAB", "B12X", "Vit B12")]),
        ("^^^99717-6^Cobalamin^L", [("L", "99717-6", "Cobalamin")]),
        ("B12X^Vit B12", [("LOCAL", "B12X", "Vit B12")]), ("2132-9", [("LOCAL", "2132-9", None)]),
        ("B12X^a^L^Y^b^99Z^^^told^2132-9^c^LN", [("LN", "2132-9", "c"), ("L", "B12X", "a"), ("99Z", "Y", "b")]),
        ("2132-9^B12^^^^^^^^^^^^2.16.840.1.113883.6.1", [("2.16.840.1.113883.6.1", "2132-9", "B12")]),
        ("^only words", [(None, None, "only words")]), ("", [(None, None, None)]),
    ],
)  # fmt: skip
def test_codes_loinc_first_and_without_a_system_local(tmp_path, delivered, codings):
    row = one(tmp_path, obx(code=delivered))
    assert [
        (coding["system"], coding["code"], coding["name"]) for coding in row["codings"]
    ] == codings


# Comments


def test_notes_belong_to_the_result_they_follow(tmp_path):
    rows = results(
        tmp_path,
        "NTE|1||of the order",
        NM,
        "NTE|1|L|first",
        "NTE|2|L|second~third",
        obx(code="X^^L"),
        "SPM|1",
        "NTE|1||of the specimen",
    )
    assert [row["comment"] for row in rows] == ["first\nsecond\nthird", None]


@pytest.mark.parametrize(
    ("observations", "values", "comments"),
    [
        ([obx(), obx("TX", "Repeated and confirmed")], ["165"], ["Repeated and confirmed"]),
        ([obx("TX", "By LC-MS"), obx(), obx("FT", "twice")], ["165"], ["By LC-MS\ntwice"]),
        ([obx(), obx("ST", "Deficiency is likely", sub_id="2")], ["165"], ["Deficiency is likely"]),
        ([obx(), obx("TX", ""), obx("TX", "end")], ["165"], ["end"]),
        ([obx("TX", "GREATER THAN 2000")], ["GREATER THAN 2000"], [None]),
        ([obx("TX", "GREATER THAN 2000"), obx("TX", "Diluted")], ["GREATER THAN 2000"], ["Diluted"]),
        ([obx(), obx("TX", ">2000")], ["165", ">2000"], [None, None]),
        ([obx(), obx("ST", "170 pg/mL")], ["165", "170 pg/mL"], [None, None]),
        ([obx(), obx()], ["165", "165"], [None, None]),
        ([obx("TX", "PENDING")], ["PENDING"], [None]),
        ([obx("TX", "PENDING"), obx("TX", "See note")], ["PENDING"], ["See note"]),
        ([obx("TX", "PENDING", sub_id="1"), obx("TX", "QNS", sub_id="2")], ["PENDING", "QNS"], [None, None]),
        ([obx(code="X^^L"), obx("TX", "See note")], ["165", "See note"], [None, None]),
        ([obx("CWE", "POS^Positive^L"), obx("TX", "Antibody to intrinsic factor found")], ["Positive"], ["Antibody to intrinsic factor found"]),
        ([obx("TX", "By ELISA"), obx("CWE", "POS^Positive^L")], ["Positive"], ["By ELISA"]),
        ([obx("ST", "NEGATIVE"), obx("ST", "POSITIVE")], ["NEGATIVE", "POSITIVE"], [None, None]),
        ([obx(), obx("TX", "Withdrawn: wrong patient", status="W")], ["165", "Withdrawn: wrong patient"], [None, None]),
        ([obx(), obx("TX", "HEMOLYZED", status="C")], ["165", "HEMOLYZED"], [None, None]),
        ([obx(status="C"), obx("TX", "Corrected, was 265", status="C")], ["165"], ["Corrected, was 265"]),
        ([obx(value=""), obx("TX", "HEMOLYZED")], [None, "HEMOLYZED"], [None, None]),
        ([obx(code=""), obx("TX", "words", code="")], ["165"], ["words"]),
        ([obx(), obx("TX", "first", code=""), obx("FT", "second", code="^words alone"), obx("TX", "third")], ["165"], ["first\nsecond\nthird"]),
        ([obx(), obx(code="X^^L", value="7"), obx("TX", "of the second", code="")], ["165", "7"], [None, "of the second"]),
        ([obx("TX", "of none", code=""), obx()], ["165"], [None]),
        ([obx("TX", "alone", code="")], [], []),
        ([obx("FT", ">2000", code="", status="W"), obx()], ["165"], [None]),
        ([obx(), obx("TX", "", code="")], ["165"], [None]),
        ([obx(), obx("ST", "no comment", code="")], ["165", "no comment"], [None, None]),
        ([obx(), obx("TX", "coded", code="^^^X^^L")], ["165", "coded"], [None, None]),
    ],
)  # fmt: skip
def test_texts_beside_a_result_are_comments_and_texts_that_are_results_are_not(
    tmp_path, observations, values, comments
):
    rows = results(tmp_path, *observations)
    kept = [row for row in rows if row["codings"][0]["code"] != "48767-8"]
    assert ([row["value"] for row in kept], [row["comment"] for row in kept]) == (values, comments)
    assert len(rows) == len(observations)
    assert all(
        row["result_id"] is None and row["codings"][0]["system"] == "LN"
        for row in rows
        if row not in kept
    )


def test_a_text_in_another_order_is_not_a_comment(tmp_path):
    found = read(tmp_path, message(PID, OBR, NM, OBR.replace("F1", "F2"), obx("TX", "QNS")))
    assert [row["codings"][0]["code"] for row in found.results] == ["2132-9", "2132-9"]


# Identifiers


@pytest.mark.parametrize(
    ("order", "number", "result_id"),
    [
        ("OBR|1|PL1^EHR|F1^LIS^1.2^ISO", "F1^LIS^1.2^ISO", "F1^LIS^1.2^ISO|2132-9|"), ("OBR|1|PL1^EHR^^|", "PL1^EHR", "PL1^EHR|2132-9|"),
        ("ORC|RE|PL2|F2\rOBR|1|PL1", "F2", "F2|2132-9|"), ("ORC|RE|PL2|\rOBR|1|", "PL2", "PL2|2132-9|"), ("OBR|1||^LIS^1.2^ISO", None, None),
        ("OBR|1", None, None), ("", None, None),
    ],
)  # fmt: skip
def test_the_order_number_is_the_fillers_else_the_placers(tmp_path, order, number, result_id):
    [row] = read(
        tmp_path, message(PID, *order.split("\r"), NM) if order else message(PID, NM)
    ).results
    assert (row["accession_id"], row["result_id"]) == (number, result_id)


def test_the_profile_says_which_words_are_empty(tmp_path):
    "Of ids and states; `NULL` is then a word like any other"
    segments = ("PID|1|A7|Leer^^^H^MR", "OBR|1|PL1|k.A.", obx(sub_id="leer", status="LEER"))
    own = read(tmp_path, message(*segments), empty_words=["leer", "K.A."])
    assert own.patients[0]["patient_id"] == "A7"
    [row] = own.results
    assert (row["accession_id"], row["result_id"], row["status"]) == (
        "PL1", "PL1|2132-9|", "unknown",
    )  # fmt: skip
    null = message("PID|1||NULL^^^H^MR", "OBR|1|PL1|NULL", obx())
    assert read(tmp_path, null, empty_words=["leer"]).results[0]["accession_id"] == "NULL"
    assert read(tmp_path, null).results[0]["accession_id"] == "PL1"


def test_a_result_id_names_order_code_and_sub_id_and_repeats_are_told_apart(tmp_path):
    rows = results(
        tmp_path,
        obx(),
        obx(),
        obx("TX", "a comment"),
        obx(sub_id="1^2"),
        obx(code="X^^L^2132-9^^LN"),
        obx(code=""),
        OBR,
        obx(),
    )
    assert [row["result_id"] for row in rows] == [
        "F1^LIS|2132-9|", "F1^LIS|2132-9|#2", None, "F1^LIS|2132-9|1^2", "F1^LIS|X|", None, "F1^LIS|2132-9|#3",
    ]  # fmt: skip


def test_an_orc_speaks_of_its_own_obr_alone(tmp_path):
    found = read(
        tmp_path,
        message(PID, "ORC|RE|P1|F1", "OBR|1", NM, "OBR|2", NM, "ORC|RE|P3|F3", "OBR|3", NM),
    )
    assert [row["accession_id"] for row in found.results] == ["F1", None, "F3"]


PID3 = "11^^^NHS&2.16.840.1.113883.2.1.4.1&ISO^NH~22^^^GOODHOSP^MR~33^^^OTHER^MR~44^^^GOODHOSP^AN"


@pytest.mark.parametrize(
    ("pid3", "pid2", "wanted", "patient_id"),
    [
        (PID3, "", {}, "11"), (PID3, "", {"authority": ["GOODHOSP"]}, "22"), (PID3, "", {"authority": ["2.16.840.1.113883.2.1.4.1"]}, "11"),
        (PID3, "", {"type": ["AN"]}, "44"), (PID3, "", {"authority": ["GOODHOSP"], "type": ["AN", "PI"]}, "44"),
        (PID3, "", {"authority": ["GOODHOSP", "OTHER"], "type": ["MR"]}, "22"), (PID3, "99", {"authority": ["ELSEWHERE"]}, None),
        (PID3, "99", {"type": ["SS"]}, None), ("", "99^^^X", {}, "99"), ("", "99", {"authority": ["GOODHOSP"]}, None), ("", "", {}, None),
        ("^^^GOODHOSP^MR~22^^^GOODHOSP^MR", "", {"authority": ["GOODHOSP"]}, "22"), (" 22 ", "", {}, "22"), ('""', "99", {}, "99"),
    ],
)  # fmt: skip
def test_the_patients_number_is_that_of_the_wanted_authority_and_type_never_anothers(
    tmp_path, pid3, pid2, wanted, patient_id
):
    found = read(tmp_path, message(f"PID|1|{pid2}|{pid3}", OBR, NM), patient_id=wanted)
    assert (found.patients[0]["patient_id"], found.results[0]["patient_id"]) == (
        patient_id,
        patient_id,
    )


PID4 = "PID|1|{}|{}|{}"


@pytest.mark.parametrize(
    ("numbers", "wanted", "patient_id"),
    [
        (("2", "3", "4"), {}, "3"), (("2", "", "4"), {}, "2"), (("", "", "4"), {}, None),
        (("", "", "4"), {"from": ["PID-3", "PID-4"]}, "4"), (("2", "", "4"), {"from": ["PID-3", "PID-4"]}, "4"), (("2", "", "4"), {"from": ["PID-3", "PID-4", "PID-2"]}, "4"),
        (("2", "3", "4"), {"from": ["PID-2", "PID-3"]}, "2"), (("2", "3", "4"), {"from": ["PID-4"]}, "4"), (("2", "3", ""), {"from": ["PID-4"]}, None),
        (("", "", "4^^^A~5^^^B"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, "5"), (("", "3^^^A", "5^^^B"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, "5"),
        (("2^^^B", "3^^^A", ""), {"authority": ["B"]}, "2"), (("2", "", ""), {"authority": ["B"]}, None), (("2", "", ""), {"from": ["PID-3", "PID-2"], "authority": ["B"]}, None),
        (("", "", "4"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, "4"), (("2", "", ""), {"from": ["PID-2"], "type": ["MR"]}, "2"),
        (("", "3", ""), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, None), (("", "", "4^^^A"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, None),
        (("", "", "4^^^^MR"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, None), (("", "", "4^^^A~5"), {"from": ["PID-3", "PID-4"], "authority": ["B"]}, "5"),
    ],
)  # fmt: skip
def test_the_profile_says_which_fields_hold_the_number(tmp_path, numbers, wanted, patient_id):
    found = read(tmp_path, message(PID4.format(*numbers), OBR, NM), patient_id=wanted)
    assert found.patients[0]["patient_id"] == found.results[0]["patient_id"] == patient_id


# Times


@pytest.mark.parametrize(
    ("delivered", "collected_at"),
    [
        ("2024", "2024"), ("202402", "2024-02"), ("20240203", "2024-02-03"), ("20240203+0100", "2024-02-03"), ("2024020304", "2024-02-03T04:00+01:00"),
        ("202402030405", "2024-02-03T04:05+01:00"), ("20240203040506", "2024-02-03T04:05:06+01:00"), ("20240203040506.0147-0500", "2024-02-03T04:05:06.0147-05:00"),
        ("202402030405-0500", "2024-02-03T04:05-05:00"), ("20240203040506.123456789", "2024-02-03T04:05:06.123456+01:00"), ("20240203040506^D", "2024-02-03"),
        ("20240203040506^M", "2024-02-03T04:05+01:00"), ("20240203040506^S", "2024-02-03T04:05:06+01:00"), ("20249999", "2024-99-99"), ("yesterday", "yesterday"),
        ("2024-02-03", "2024-02-03"), ("202402030", "202402030"), ("20240203~20240204", "2024-02-03"),
        ("20260115083000123", "2026-01-15T08:30:00.123+01:00"), ("20260115083000123-0500", "2026-01-15T08:30:00.123-05:00"), ("20260115083000123-500", "2026-01-15T08:30:00.123-05:00"),
        ("20260115083000123456", "2026-01-15T08:30:00.123456+01:00"), ("20260115083000.1234-0500", "2026-01-15T08:30:00.1234-05:00"), ("20260115083000,5", "2026-01-15T08:30:00.5+01:00"),
        ("20260115083000-500", "2026-01-15T08:30:00-05:00"), ("20260115083000+100", "2026-01-15T08:30:00+01:00"), ("202601150830-330", "2026-01-15T08:30-03:30"),
        ("2026011508-500", "2026-01-15T08:00-05:00"), ("20260115-500", "2026-01-15"), ("20260115083000-05", "2026-01-15T08:30:00-05:00"), ("20260115083000-05:00", "2026-01-15T08:30:00-05:00"),
        ("20260115083000Z", "2026-01-15T08:30:00+00:00"), ("20260115083000123^M", "2026-01-15T08:30+01:00"), ("2026-500", "2026-500"), ("2026011508300012", "2026011508300012"),
    ],
)  # fmt: skip
def test_times_keep_their_precision_and_zone_and_other_text_stays(
    tmp_path, delivered, collected_at
):
    observation = f"OBX|1|NM|{B12}||165|pg/mL|||||F|||{delivered}"
    [row] = read(tmp_path, message(PID, "OBR|1||F1", observation)).results
    assert row["collected_at"] == collected_at


@pytest.mark.parametrize("zone", ["-500", "-0500", "-05", "-05:00"])
def test_the_zone_of_a_message_may_be_spelled_short(tmp_path, zone):
    header = MSH.replace("+0100", zone)
    assert one(tmp_path, NM, header=header)["collected_at"] == "2024-01-02T08:15-05:00"


NO_TIMES = ["yesterday", "20261399", "00000000", "20240", "2024", "19000101", "99991231", "2024013"]


@pytest.mark.parametrize("unreadable", NO_TIMES)
def test_an_unreadable_time_of_the_message_costs_only_itself(tmp_path, unreadable):
    header = MSH.replace("20240105120000+0100", unreadable)
    rows = read(tmp_path, message(header, PID, OBR, NM, OBR.replace("20240103", ""), NM)).results
    assert [row["reported_at"] for row in rows] == ["2024-01-03", None]
    assert [row["collected_at"] for row in rows] == ["2024-01-02T08:15"] * 2
    assert read(tmp_path, message(header, PID)).patients[0]["recorded_at"] is None
    merged = merge("A40", "EVN||", PID, "MRG|old").replace("20240105120000+0100", unreadable)
    assert read(tmp_path, merged).patients[0]["recorded_at"] is None


@pytest.mark.parametrize("unreadable", NO_TIMES)
def test_where_another_time_is_unreadable_that_of_the_message_counts(tmp_path, unreadable):
    order = OBR.replace("20240103", unreadable)
    of_message = "2024-01-05T12:00:00+01:00"
    assert read(tmp_path, message(PID, order, NM)).results[0]["reported_at"] == of_message
    merged = merge("A40", f"EVN||{unreadable}", PID, "MRG|old")
    assert read(tmp_path, merged).patients[0]["recorded_at"] == of_message


def test_a_time_in_iso_8601_is_a_time(tmp_path):
    header = MSH.replace("20240105120000+0100", "2024-01-05T12:00:00Z")
    [row] = read(tmp_path, message(header, PID, "OBR|1||F1", NM)).results
    assert row["reported_at"] == "2024-01-05T12:00:00Z"


def test_a_time_without_a_zone_is_in_that_of_the_message_or_the_profile(tmp_path):
    assert one(tmp_path, NM, times_without_zone="profile")["collected_at"] == "2024-01-02T08:15"
    assert one(tmp_path, NM, header=MSH.replace("+0100", ""))["collected_at"] == "2024-01-02T08:15"


RECEIVED = "OBR|1||F1" + "|" * 11 + "20240105" + "|" * 8 + "20240106"
SPM = "SPM|1|||SER^Serum^HL70487|||||||||||||20240101^20240104"


@pytest.mark.parametrize(
    ("order", "options", "collected_at"),
    [
        (["OBR|1||F1||||20240102", NM, SPM], {}, "2024-01-02T08:15+01:00"), (["OBR|1||F1||||20240102", obx(), SPM], {}, "2024-01-02"),
        (["OBR|1||F1", obx(), SPM], {}, "2024-01-01"), (["OBR|1||F1", obx(), SPM, SPM], {}, "2024-01-01"),
        (["OBR|1||F1", obx(), SPM, SPM.replace("20240101", "20240103")], {}, None), (["OBR|1||F1", obx()], {}, None),
        (["OBR|1||F1||||20240102", NM, SPM], {"collected_from": ["SPM-17", "OBR-7"]}, "2024-01-01"),
        (["OBR|1||F1||||20240102", NM], {"collected_from": ["OBR-7", "OBX-14"]}, "2024-01-02"),
        (["OBR|1||F1", NM], {"collected_from": ["OBR-7"]}, None),
        ([RECEIVED, obx()], {}, "2024-01-05"), ([RECEIVED, obx(), SPM], {}, "2024-01-01"), ([RECEIVED, obx()], {"collected_from": ["OBX-14", "OBR-7"]}, None),
        ([RECEIVED, obx()], {"collected_from": ["OBR-22", "OBR-14"]}, "2024-01-06"), ([RECEIVED, obx()], {"collected_from": ["OBR-7", "OBR-22"]}, "2024-01-06"),
        (["OBR|1||F1||||20240102", obx() + "|||yesterday"], {}, "2024-01-02"), (["OBR|1||F1||||20240102", obx() + "|||00000000"], {}, "2024-01-02"),
        (["OBR|1||F1||||20240102", obx() + "|||2024"], {}, "2024-01-02"), (["OBR|1||F1||||2024", obx() + "|||yesterday"], {}, "yesterday"),
    ],
)  # fmt: skip
def test_the_time_of_collection_stands_where_the_profile_says(
    tmp_path, order, options, collected_at
):
    assert (
        read(tmp_path, message(PID, *order), **options).results[0]["collected_at"] == collected_at
    )


def test_the_time_of_report(tmp_path):
    assert one(tmp_path, NM)["reported_at"] == "2024-01-03"
    assert (
        read(tmp_path, message(PID, "OBR|1||F1", NM)).results[0]["reported_at"]
        == "2024-01-05T12:00:00+01:00"
    )


# Specimens and laboratories


@pytest.mark.parametrize(
    ("segments", "specimen"),
    [
        ([OBR, NM, SPM], "SER"), ([OBR, NM, "SPM|1|||119364003^Serum specimen^SCT"], "Serum specimen"), ([OBR, NM, "SPM|1|||119364003^^SCT"], "119364003"),
        ([OBR, NM, "SPM|1|||119364003^Serum specimen^SCT^SER^Serum^HL70487"], "SER"), ([OBR, NM, "SPM|1|||^^^^^^^^red top"], "red top"), ([OBR, NM], None),
        ([OBR, NM, SPM, SPM], "SER"), ([OBR, NM, SPM, SPM.replace("SER^Serum", "UR^Urine")], "SER and UR"),
        (["OBR|1||F1||||||||||||PLAS&Plasma&HL70070^add", NM], "PLAS"), (["OBR|1||F1||||||||||||PLAS", NM], "PLAS"), (["OBR|1||F1||||||||||||UR", NM, SPM], "SER"),
    ],
)  # fmt: skip
def test_the_specimen_of_an_order(tmp_path, segments, specimen):
    assert read(tmp_path, message(PID, *segments)).results[0]["specimen"] == specimen


def test_a_specimen_belongs_to_its_own_order(tmp_path):
    found = read(tmp_path, message(PID, OBR, NM, NM, SPM, OBR, NM))
    assert [row["specimen"] for row in found.results] == ["SER", "SER", None]


@pytest.mark.parametrize(
    ("rest", "laboratory"),
    [
        ("|Reference Lab^L||||||||Name^D", "Name"),
        ("|RL^Reference Lab||||||||NULL^D", "Reference Lab"),
        ("|RL^Reference Lab", "Reference Lab"),
        ("|RL", "RL"),
        ("", "GOODLAB"),
    ],
)
def test_the_laboratory(tmp_path, rest, laboratory):
    assert (
        one(tmp_path, NM + rest.replace("|Reference Lab^L||||||||", "|x||||||||"))["performing_lab"]
        == laboratory
    )


@pytest.mark.parametrize(
    ("field", "method"),
    [
        ("ECLIA^Electrochemiluminescence^L", "Electrochemiluminescence"), ("ECLIA", "ECLIA"),
        ("ECLIA^NULL", "ECLIA"), ("", None),
    ],
)  # fmt: skip
def test_the_method(tmp_path, field, method):
    assert one(tmp_path, f"{NM}|||{field}")["method"] == method


# Patients


@pytest.mark.parametrize(
    ("pid", "sex", "birth_date", "deceased_on"),
    [
        ("19600131|F", "female", "1960-01-31", None), ("196001312359+0000|M^Male", "male", "1960-01-31", None), ("1960|O", "other", "1960", None),
        ("|A", "other", None, None), ("|N", "other", None, None), ("|U", "unknown", None, None), ("|x", "unknown", None, None), ("|", None, None, None),
        ("|f" + "|" * 21 + "20240101", "female", None, "2024-01-01"), ("|F" + "|" * 21 + "202401012030|Y", "female", None, "2024-01-01T20:30+01:00"),
        ("|F" + "|" * 22 + "Y", "female", None, "true"), ("|F" + "|" * 22 + "N", "female", None, "false"),
        ("|F" + "|" * 21 + "20240101|N", "female", None, "false"), ("|F" + "|" * 22 + "UNK", "female", None, None),
        ("|F" + "|" * 21 + "unknown|Y", "female", None, "true"), ("|F" + "|" * 21 + "00000000|Y", "female", None, "true"), ("|F" + "|" * 21 + "2024|Y", "female", None, "2024"),
        ("|F" + "|" * 21 + "202405|Y", "female", None, "2024-05"), ("|F" + "|" * 21 + "unknown", "female", None, "unknown"),
    ],
)  # fmt: skip
def test_patients(tmp_path, pid, sex, birth_date, deceased_on):
    [row] = read(tmp_path, message(f"PID|1||p1||||{pid}")).patients
    assert (row["sex"], row["birth_date"], row["deceased_on"], row["merged_into"]) == (
        sex,
        birth_date,
        deceased_on,
        None,
    )


def merge(event, *segments):
    return message(MSH.replace("ORU^R01^ORU_R01", f"ADT^{event}"), *segments)


@pytest.mark.parametrize("event", ["A40^ADT_A39", "A18", "A34", "A36"])
def test_merges(tmp_path, event):
    found = read(
        tmp_path,
        merge(
            event,
            "EVN||20240101",
            PID,
            "MRG|old1^^^GOODHOSP^MR",
            "PV1|1",
            PID.replace("p1", "p2"),
            "MRG|old2^^^GOODHOSP^MR",
        ),
    )
    told = [
        (row["line"], row["patient_id"], row["merged_into"], row["recorded_at"])
        for row in found.patients
    ]
    assert told == [(4, "old1", "p1", "2024-01-01"), (7, "old2", "p2", "2024-01-01")]
    assert (found.results, found.rows) == ([], 2)


def test_a_merge_without_its_own_time_has_that_of_the_message(tmp_path):
    assert (
        read(tmp_path, merge("A40", PID, "MRG|old")).patients[0]["recorded_at"]
        == "2024-01-05T12:00:00+01:00"
    )


@pytest.mark.parametrize(
    ("pid", "mrg"),
    [
        (PID, "MRG|9^^^OTHER^MR"),
        (PID.replace("GOODHOSP", "OTHER"), "MRG|9^^^GOODHOSP^MR"),
        (PID, "MRG|"),
    ],
)
def test_a_merge_of_a_number_that_is_not_the_profiles_has_no_patient_id(tmp_path, pid, mrg):
    [row] = read(tmp_path, merge("A40", pid, mrg), patient_id={"authority": ["GOODHOSP"]}).patients
    assert row["patient_id"] is None


@pytest.mark.parametrize(
    ("mrg", "wanted", "prior"),
    [
        ("1^^^A^MR~2^^^A^MR", {}, ["1", "2"]), ("1^^^A^MR~2^^^B^MR", {}, ["1", "2"]), ("1^^^A^MR~2^^^B^MR~3^^^A^PI", {"authority": ["A"]}, ["1", "3"]),
        ("1^^^A^MR~2^^^A^PI", {"type": ["PI"]}, ["2"]), ("1~1~2", {}, ["1", "2"]), ("1~p1~2", {}, ["1", "2"]), ("p1", {}, ["p1"]), ("^^^A~2", {}, ["2"]), ('""~2', {}, ["2"]),
        ("1|||4", {}, ["1"]), ("|||4", {}, ["4"]), ("^^^A|||4^^^A", {}, ["4"]), ("|||4", {"authority": ["GOODHOSP"]}, [None]), ("|||4^^^GOODHOSP", {"authority": ["GOODHOSP"]}, ["4"]),
        ("1^^^B|||4^^^GOODHOSP", {"authority": ["GOODHOSP"]}, ["4"]), ("|2", {}, [None]), ("|2", {"from": ["PID-3", "PID-4"]}, ["2"]), ("|", {}, [None]),
    ],
)  # fmt: skip
def test_a_merge_may_name_several_prior_numbers(tmp_path, mrg, wanted, prior):
    authorities = (
        sorted({"GOODHOSP", *wanted.get("authority", ())}) if "authority" in wanted else []
    )
    pid = PID if wanted.get("type") != ["PI"] else PID.replace("MR", "PI")
    found = read(
        tmp_path, merge("A40", pid, f"MRG|{mrg}"), patient_id={**wanted, "authority": authorities}
    )
    assert [row["patient_id"] for row in found.patients] == prior
    assert {row["merged_into"] for row in found.patients} == {"p1"}
    assert found.rows == len(prior)


def test_the_rows_of_a_merge_are_told_apart_by_their_place(tmp_path):
    path, con = tmp_path / "x.hl7", connect()
    path.write_text(merge("A40", PID, "MRG|1~2~3"))
    register_vocabulary(con)
    con.execute("create schema landing")
    profile = checked_profile(read_yaml(SOURCES / "hl7v2.yaml"), "hl7v2")
    landed = landed_by(con, path, profile=profile, kind="message", folder=tmp_path)
    places = con.execute("select distinct line, place from landing.patient").fetchall()
    assert (len(places), landed.rows) == (3, 3)


def test_an_unlink_lets_each_stand_for_itself(tmp_path):
    found = read(tmp_path, merge("A37", "EVN||20240101", PID, PID.replace("p1", "p2")))
    assert [(row["patient_id"], row["merged_into"]) for row in found.patients] == [
        ("p1", "p1"),
        ("p2", "p2"),
    ]


@pytest.mark.parametrize("event", ["A23", "A29"])
def test_a_deletion_says_that_the_patient_is_deleted(tmp_path, event):
    [row] = read(tmp_path, merge(event, "EVN||20240101", PID)).patients
    assert (row["patient_id"], row["status"], row["merged_into"], row["recorded_at"]) == (
        "p1",
        "deleted",
        None,
        "2024-01-01",
    )


# The profile


@pytest.mark.parametrize(
    "options",
    [
        {"collected_from": ["OBX-19"]}, {"collected_from": []}, {"trailers": "ignore"}, {"encoding": "utf-16"}, {"encoding": "klingon"}, {"patient_id": {"kind": []}},
        {"patient_id": {"authority": "GOODHOSP"}}, {"patient_id": {"from": []}}, {"patient_id": {"from": ["PID-5"]}}, {"patient_id": {"from": "PID-3"}}, {"times_without_zone": "mine"}, {"colected_from": ["OBR-7"]}, {"skip_processing": "T"}, {"patient_id": ["MR"]},
    ],
)  # fmt: skip
def test_a_profile_that_says_what_is_not_known_is_invalid(tmp_path, options):
    with pytest.raises(InvalidProtocol, match="The source profile hl7v2"):
        read(tmp_path, message(PID), **options)


# Public samples (tests/data/hl7v2_oru/README.txt)


def sample(name):
    [path] = SAMPLES.glob(f"{name}.hl7")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "patients", "of_results", "other"),
    [
        ("frontend-react-original_*Example-hl7-file", 1, 5, 0), ("*az-covid-19-hl7", 5, 45, 0), ("*batch-pdi-20210608-0001", 20, 120, 0), ("*oml_20240319-001", 0, 0, 1),
        ("*NoPII_CANCELED", 1, 17, 0), ("*elims_2_72_3029198209_5121_NoPII", 1, 10, 0), ("*hci", 1, 4, 0), ("*MSG-to-Coding-missing-msg2", 0, 0, 1),
        ("*sn-as-range-value", 1, 1, 0), ("*sn-as-ratio-value-colon", 1, 1, 0), ("*batch_message", 2, 10, 0), ("*valid_hl7_e2e", 1, 26, 0),
        ("*valid_mars", 2, 4, 0),
    ],
)  # fmt: skip
def test_samples_go_in(tmp_path, name, patients, of_results, other):
    found = read(tmp_path, sample(name))
    assert (len(found.patients), len(found.results), found.other, found.broken) == (
        patients,
        of_results,
        other,
        [],
    )


def test_a_sample_whose_own_trailer_is_wrong(tmp_path):
    content = sample("*input-covid-19")
    assert (
        refusal(tmp_path, content)
        == "its batch trailer says 25 messages, but there are 20: the delivery is incomplete"
    )
    found = read(tmp_path, content, trailers="reject")
    assert (len(found.patients), len(found.results), found.broken) == (20, 200, [343])
    assert {row["status"] for row in found.results} == {"C", "F"}


def test_values_of_the_samples(tmp_path):
    found = [
        row
        for name in ("*elims_2_72_3029198209_5121_NoPII", "*valid_hl7_e2e")
        for row in read(tmp_path, sample(name)).results
    ]
    assert {"43", "1:640", "1:320", "1:160", ">=32", "16", "2", "0.5", "SYN-S"} <= {
        row["value"] for row in found
    }
    assert {
        row["codings"][0]["code"]
        for row in found
        if row["comment"] and "gram-positive" in row["comment"]
    } == {"77202-0"}


def test_a_sample_in_a_declared_character_set_with_two_codes_a_test(tmp_path):
    rows = read(tmp_path, sample("*CANCELED")).results
    assert {row["status"] for row in rows} == {"F", "X"}
    assert [coding["system"] for coding in rows[1]["codings"]] == ["LN", "L"]
