"""What a message is answered with: HL7 v2.5.1, chapter 2."""

import hl7
import pytest

from pipeline.receiving.answer import acknowledgment
from pipeline.receiving.header import (
    FORBIDDEN,
    LONGEST_HEADER,
    NOT_HL7,
    NOT_STORED,
    SEVERAL,
    UNKNOWN_EVENT,
    UNKNOWN_PROCESSING,
    UNKNOWN_TYPE,
    UNKNOWN_VERSION,
    Accepted,
    fault_of,
    header_of,
    is_acknowledgment,
)

ACCEPTED = Accepted(frozenset({b"ORU", b"ADT^A40"}), frozenset({b"P"}))


def msh(*, kind="ORU^R01^ORU_R01", number="M1", processing="P", version="2.5.1", more=""):
    return rf"MSH|^~\&|LAB|NORTH|B12|CLINIC|20260110||{kind}|{number}|{processing}|{version}{more}".encode()


def fault(message):
    return fault_of(message, header_of(message), ACCEPTED)


def answer(message, fault=None):
    told = acknowledgment(header_of(message), fault)
    return told if told is None else told.decode()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (msh(), None),
        (b"\r\n" + msh() + b"\rPID|1", None),
        (msh(kind="ADT^A40"), None),
        (msh(version=""), None),
        (msh(version="2"), None),
        (b"", NOT_HL7),
        (b"hello", NOT_HL7),
        (b"MSH", NOT_HL7),
        (b"MSH|^~\\&|too few", NOT_HL7),
        (msh().replace(b"|^~\\&|", b"|^^~&|"), NOT_HL7),
        (b"\xef\xbb\xbf" + msh(), NOT_HL7),
        (msh().decode().encode("utf-16"), NOT_HL7),
        (msh(more="|" * LONGEST_HEADER), NOT_HL7),
        (b"BHS|^~\\&|\r" + msh(), NOT_HL7),
        (msh() + b"\r" + msh(), SEVERAL),
        (msh() + b"\rPID|1\n  BTS|1", SEVERAL),
        (msh() + b"\rNTE|1||a text that says MSH| and BTS|", None),
        (msh() + b"\rNTE|1||\0", FORBIDDEN),
        (msh() + b"\rNTE|1||\x1c", FORBIDDEN),
        (msh() + b"\rNTE|1||\x0b", FORBIDDEN),
        (msh(kind="ORM^O01"), UNKNOWN_TYPE),
        (msh(kind="ADT^A08"), UNKNOWN_EVENT),
        (msh(version="3.0"), UNKNOWN_VERSION),
        (msh(version="21"), UNKNOWN_VERSION),
        (msh(processing="T"), UNKNOWN_PROCESSING),
        (msh(processing=""), None),
        (msh(processing="P^A"), None),
    ],
)  # fmt: skip
def test_what_is_taken(message, expected):
    assert fault(message) == expected


@pytest.mark.parametrize("field", ["MSH-9", "MSH-10"])
def test_a_field_without_which_nothing_can_be_answered_must_be_there(field):
    found = fault(msh(**({"kind": ""} if field == "MSH-9" else {"number": ""})))
    assert (found.outcome, found.code, found.text) == ("R", 101, f"{field} is missing")


def test_an_answer_goes_back_to_the_sender_with_the_number_of_the_message():
    told = hl7.parse(answer(msh(more="||||||8859/1")))
    header, said = told.segment("MSH"), told.segment("MSA")
    assert [str(header(n)) for n in (3, 4, 5, 6)] == ["B12", "CLINIC", "LAB", "NORTH"]
    assert (str(header(9)), str(header(11)), str(header(12))) == ("ACK^R01^ACK", "P", "2.5.1")
    assert (str(header(18)), len(told)) == ("8859/1", 2)
    assert (str(said(1)), str(said(2))) == ("AA", "M1")
    assert str(header(10)) != str(hl7.parse(answer(msh())).segment("MSH")(10))


def test_an_answer_has_the_separators_of_the_message_and_its_bytes():
    message = b"MSH#*~\\&#L\xe4b#N#B12#C###ORU*R01#M\xe91#P#2.4"
    told = acknowledgment(header_of(message), UNKNOWN_TYPE)
    assert told.startswith(b"MSH#*~\\&#B12#C#L\xe4b#N#")
    assert b"#ACK*R01*ACK#" in told
    assert told.endswith(b"\rMSA#AR#M\xe91#This type of message is not taken\r")


@pytest.mark.parametrize(
    ("version", "has_text", "has_segment"),
    [("2.3", True, False), ("2.4", True, False), ("2.5.1", True, True), ("2.6", True, True),
     ("2.7", False, True), ("2.8.2", False, True), ("", True, True), ("2.x", True, True)],
)  # fmt: skip
def test_the_reason_stands_where_the_version_has_it(version, has_text, has_segment):
    said = answer(msh(version=version), UNKNOWN_TYPE).split("\r")
    assert (said[1].count("|") == 3) == has_text
    assert (said[2] == "") != has_segment
    if has_segment:
        assert said[2] == (
            "ERR|||200^Unsupported message type^HL70357|E||||This type of message is not taken"
        )


def test_what_is_no_message_is_answered_without_a_number():
    assert answer(b"hello", NOT_HL7).split("\r")[1].startswith("MSA|AR||This is not an HL7 v2")


@pytest.mark.parametrize(
    ("accept", "application", "stored", "rejected", "not_stored"),
    [
        ("", "", "AA", "AR", "AE"),
        ("AL", "", "CA", "CR", "CE"),
        ("AL", "NE", "CA", "CR", "CE"),
        ("AL", "AL", "CA", "CR", "CE"),
        ("NE", "AL", "AA", "AR", "AE"),
        ("NE", "", None, None, None),
        ("NE", "NE", None, None, None),
        ("ER", "NE", None, "CR", "CE"),
        ("SU", "NE", "CA", None, None),
        ("ER", "AL", "AA", "CR", "CE"),
        ("", "ER", None, "AR", "AE"),
        ("??", "", "CA", "CR", "CE"),
    ],
)
def test_which_answers_are_asked_for(accept, application, stored, rejected, not_stored):
    message = msh(more=f"|||{accept}|{application}")
    codes = [
        told and told.split("\r")[1].split("|")[1]
        for told in (answer(message, each) for each in (None, UNKNOWN_TYPE, NOT_STORED))
    ]
    assert codes == [stored, rejected, not_stored]


def test_an_acknowledgment_is_known_as_one():
    assert is_acknowledgment(header_of(msh(kind="ACK^R01^ACK")))
    assert not is_acknowledgment(header_of(msh()))
