"""MLLP: however the bytes of a connection are split, the same messages come out; and what is taken stays apart from its neighbours when
the reader finds it in a file."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import Refused
from pipeline.readers.hl7v2.file import messages as read_messages
from pipeline.receiving.framing import Framer, framed
from pipeline.receiving.header import Accepted, fault_of, header_of

MOST = 40
TOKENS = st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\x1c\r", b"\n", b" ", b"MSH|", b"x" * 15])
MESSAGES = st.binary(max_size=MOST).filter(lambda message: b"\x1c\r" not in message)
FRAMES = st.binary(min_size=MOST - 2, max_size=MOST + 2).map(framed) | MESSAGES.map(framed)
BYTES = st.lists(TOKENS | FRAMES, max_size=12).map(b"".join)
ACCEPTED = Accepted(frozenset({b"ORU"}), frozenset({b"P"}))
HEADER = b"MSH|^~\\&|LAB|N|B12|C|20260110||ORU^R01|M1|P|2.5.1"
LINES = st.sampled_from(
    [b"PID|1||A^^^N^MR", b"OBX|1|NM|1^a^LN||1|", b"MSH", b"MSHX|", b"BTS|7", b"FHS|", b"FTS", b" BHS|", b"\x1c", b"\x0bMSH|",
     b"no segment", b"", b"\x85", b"\xef\xbb\xbfMSH|", b"ADD|1", b"NTE|1||\xff\xfe\x0c"]
)  # fmt: skip
ENDS = st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\r", b"\r \t"])


def fed(pieces, most=MOST):
    framer = Framer(most)
    found = [message for piece in pieces for message in framer.feed(piece)]
    over = None if framer.too_large is None else framer.too_large[:most]
    return found, over, framer.is_inside and over is None


@given(BYTES, st.lists(st.integers(0, 400)))
def test_any_split_gives_the_same_messages(data, cuts):
    at = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in pairwise(at)]
    assert fed(pieces) == fed([data]) == fed([data[n : n + 1] for n in range(len(data))])


@given(st.lists(MESSAGES, max_size=6), st.lists(TOKENS).map(b"".join))
def test_framed_messages_come_out_as_they_went_in_whatever_is_between(messages, junk):
    sent = junk.replace(b"\x0b", b"").join([b"", *map(framed, messages), b""])
    assert fed([sent]) == (messages, None, False)


@given(st.lists(st.lists(st.tuples(LINES, ENDS), max_size=5), min_size=1, max_size=5))
def test_no_message_that_is_taken_reaches_into_its_neighbours(tmp_path_factory, drawn):
    path = tmp_path_factory.getbasetemp() / "framed.hl7"
    taken = [
        message
        for lines in drawn
        if fault_of(
            message := b"\r".join([HEADER, b"".join(map(b"".join, lines))]),
            header_of(message),
            ACCEPTED,
        )
        is None
    ]
    alone = [read(path, [message]) for message in taken]
    if taken:
        assert read(path, taken) == [part for parts in alone for part in parts]


def read(path, messages):
    "What the reader finds in a file of these frames, without the numbers of the lines"
    path.write_bytes(b"".join(map(framed, messages)))
    try:
        found = list(read_messages(path))
    except Refused as refused:
        return [str(refused)]
    return [segments and [text for _, text in segments] for _, segments in found]
