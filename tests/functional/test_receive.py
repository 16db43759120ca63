"""`b12 receive` over real sockets: what is acknowledged is stored, and comes into the lake once."""

import signal
import socket
import stat
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hl7.client import MLLPClient

from pipeline import run
from pipeline.core import Home
from pipeline.lake import query
from tests.command import b12
from tests.mllp import landed, numbers, oru, receiving, start

MEMORY = Path("/dev/shm")
LATER = {"B12_RECEIVE_ROLL_SECONDS": "600"}
B12 = ("-m", "pipeline", "receive", "--port", "0", "--home")


def wait_for(what):
    deadline = time.monotonic() + 30
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def results(home):
    rows = query(Home(home), "select patient_id, count(*) as n from lake.lab_result group by all")
    return {row["patient_id"]: row["n"] for row in rows}


def test_messages_of_another_implementation_come_into_the_lake(tmp_path):
    with receiving(tmp_path / "home", command=B12) as receiver:
        with MLLPClient("127.0.0.1", receiver.port) as client:
            for number in range(3):
                assert b"|AA|M" in client.send_message(oru(number))
        with receiver.sender() as sender:  # the answer was lost: the sender sends again
            assert sender.ask(oru(2)) == ("AA", "M2")
    (account,) = run.ingest_waiting(Home(tmp_path / "home"))
    assert (account.refused, account.duplicates) == (None, 2)  # a patient and a result
    assert results(tmp_path / "home") == {"P0": 1, "P1": 1, "P2": 1}


def test_the_same_messages_in_a_second_file_change_nothing(tmp_path):
    for _ in range(2):
        with receiving(tmp_path / "home") as receiver, receiver.sender() as sender:
            assert sender.ask(oru(1)) == ("AA", "M1")
        run.ingest_waiting(Home(tmp_path / "home"))
    assert results(tmp_path / "home") == {"P1": 1}


def test_messages_are_answered_in_their_order_however_they_come(tmp_path):
    with receiving(tmp_path / "home", **LATER) as receiver, receiver.sender() as sender:
        sender.put(oru(1), oru(2, kind="ORM^O01"), oru(3), oru("a", kind="ACK^R01"), oru(4))
        assert [sender.answer() for _ in range(4)] == [
            ("AA", "M1"), ("AR", "M2"), ("AA", "M3"), ("AA", "M4"),
        ]  # fmt: skip
        for byte in b"junk\r\n\x0b" + oru(5) + b"\x1c\r":
            sender.socket.sendall(bytes([byte]))
        assert sender.answer() == ("AA", "M5")
    assert numbers(landed(tmp_path / "home")) == ["M1", "M3", "M4", "M5"]
    assert landed(tmp_path / "home").count(oru(5)) == 1


def test_the_bytes_of_a_message_stay_as_they_came(tmp_path):
    message = oru(1, more="||||||8859/1") + b"NTE|1||H\xe4moglobin \xff\\X41\\\r"
    with receiving(tmp_path / "home") as receiver, receiver.sender() as sender:
        assert sender.ask(message) == ("AA", "M1")
    assert landed(tmp_path / "home") == b"\x0b" + message + b"\x1c\r"


@pytest.mark.parametrize(
    "settings",
    [{"B12_RECEIVE_ROLL_SECONDS": "0.1"}, {**LATER, "B12_RECEIVE_ROLL_BYTES": "400"}],
    ids=["time", "size"],
)
def test_messages_are_landed_while_others_come(tmp_path, settings):
    with receiving(tmp_path / "home", **settings) as receiver, receiver.sender() as sender:
        assert sender.ask(oru(1)) == ("AA", "M1")
        assert sender.ask(oru(2)) == ("AA", "M2")
        wait_for(lambda: sorted(numbers(landed(tmp_path / "home"))) == ["M1", "M2"])
        assert sender.ask(oru(3)) == ("AA", "M3")


def test_messages_of_a_sites_own_profile_are_landed_under_its_name(tmp_path):
    (tmp_path / "north.yaml").write_text("extends: hl7v2\nprofile: north_lab\n")
    options = (
        "-m",
        "pipeline",
        "receive",
        "--source",
        tmp_path / "north.yaml",
        "--port",
        "0",
        "--home",
    )
    with receiving(tmp_path / "home", command=options) as receiver, receiver.sender() as sender:
        assert sender.ask(oru(1)) == ("AA", "M1")
    assert len(list((tmp_path / "home" / "landing" / "north_lab").rglob("*.hl7"))) == 1


def test_nothing_of_a_message_is_in_the_log(tmp_path):
    "In those of the other tests `receiving` looks, too; here are kinds of messages that are not taken"
    with receiving(tmp_path / "home") as receiver, receiver.sender() as sender:
        for message in (oru(1), oru(2, kind="XXX^P2"), oru(3) + b"\0", oru(4) * 2, b"P5|NORTH"):
            sender.ask(message)
        sender.put(oru(6)[:-20])
    assert "received 6, rejected 4, stored 2" in receiver.log
    assert "This type of message is not taken 1" in receiver.log


def test_every_file_is_its_owners_alone(tmp_path):
    home = tmp_path / "home"
    with receiving(home, **LATER) as receiver, receiver.sender() as sender:
        assert sender.ask(oru(1)) == ("AA", "M1")
        (spooled,) = home.glob("spool/hl7v2/*")
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
        assert modes.pop(spooled) == 0o600
        assert set(modes.values()) == {0o700}
    (found,) = home.glob("landing/hl7v2/*/*.hl7")
    assert (stat.S_IMODE(found.stat().st_mode), list(home.glob("spool/*/*"))) == (0o600, [])


def test_a_message_that_is_too_large_is_answered_and_its_connection_ends(tmp_path):
    limits = {"B12_RECEIVE_MESSAGE_BYTES": "100kB", **LATER}
    with (
        receiving(tmp_path / "home", **limits) as receiver,
        receiver.sender() as other,
        receiver.sender() as sender,
    ):
        assert sender.ask(oru(1) + b"NTE|1||" + b"x" * 30_000_000) == ("AR", "M1")
        assert sender.answer() is None
        assert other.ask(oru(2)) == ("AA", "M2")
    assert numbers(landed(tmp_path / "home")) == ["M2"]


def test_memory_is_bounded_for_all_connections_together(tmp_path):
    limits = {"B12_RECEIVE_MESSAGE_BYTES": "1MB", "B12_RECEIVE_MEMORY": "1MB", **LATER}
    large = oru(1) + b"NTE|1||" + b"x" * 900_000
    with receiving(tmp_path / "home", **limits) as receiver:
        with receiver.sender() as first, receiver.sender() as second:
            first.socket.sendall(b"\x0b" + large)
            time.sleep(0.2)
            second.socket.sendall(b"\x0b" + oru(2) + b"NTE|1||" + b"x" * 900_000)
            answers = [first.answer, second.answer]
            told = [said for ask in answers if (said := _answered(ask))]
            assert told in ([("AE", "M1")], [("AE", "M2")])
        with receiver.sender() as sender:
            assert sender.ask(large) == ("AA", "M1")


def _answered(ask):
    ask.__self__.socket.settimeout(1)
    try:
        return ask()
    except TimeoutError:
        return None


def test_silent_and_slow_senders_are_let_go(tmp_path):
    limits = {"B12_RECEIVE_IDLE_SECONDS": "2", "B12_RECEIVE_MESSAGE_SECONDS": "1", **LATER}
    with receiving(tmp_path / "home", **limits) as receiver:
        with receiver.sender() as silent, receiver.sender() as slow, receiver.sender() as lively:
            began = time.monotonic()
            ended = None
            slow.socket.sendall(b"\x0bMSH")
            while time.monotonic() - began < 3.5:
                assert lively.ask(oru(1)) == ("AA", "M1")
                try:
                    slow.socket.sendall(b"x")  # a byte now and then keeps nothing open
                except OSError:
                    ended = ended or time.monotonic() - began
                time.sleep(0.1)
            assert ended is not None
            assert silent.answer() is None
        assert receiver.process.poll() is None
    assert "timeouts 2" in receiver.log


def test_a_sender_that_takes_no_answers_is_let_go(tmp_path):
    limits = {"B12_RECEIVE_MESSAGE_SECONDS": "1", **LATER}
    messages = b"".join(b"\x0b" + b"x" * 20 + b"\x1c\r" for _ in range(2000))
    with receiving(tmp_path / "home", **limits) as receiver, receiver.sender() as sender:
        sender.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sender.socket.settimeout(10)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for _ in range(2000):
                sender.socket.sendall(messages)
        with receiver.sender() as other:
            assert other.ask(oru(1)) == ("AA", "M1")


def test_more_connections_than_there_may_be_are_turned_away_and_then_let_in(tmp_path):
    with receiving(tmp_path / "home", B12_RECEIVE_CONNECTIONS="2", **LATER) as receiver:
        with receiver.sender() as one, receiver.sender() as two, receiver.sender() as three:
            assert (one.ask(oru(1)), two.ask(oru(2))) == (("AA", "M1"), ("AA", "M2"))
            assert three.ask(oru(3)) is None
        wait_for(lambda: _asked(receiver, oru(4)) == ("AA", "M4"))


def _asked(receiver, message):
    with receiver.sender() as sender:
        try:
            return sender.ask(message)
        except OSError:
            return None


def test_other_addresses_are_turned_away(tmp_path):
    with receiving(tmp_path / "home", B12_RECEIVE_ALLOW="10.1.2.3, 10.2.0.0/16") as receiver:
        assert _asked(receiver, oru(1)) is None
    assert "127.0.0.1 is turned away" in receiver.log
    assert landed(tmp_path / "home") == b""


def test_without_room_senders_are_told_to_send_again_and_then_it_goes_on(tmp_path):
    flag = tmp_path / "full"
    options = {"FULL": str(flag), **LATER}
    with receiving(tmp_path / "home", **options) as receiver, receiver.sender() as sender:
        assert sender.ask(oru(1)) == ("AA", "M1")
        flag.touch()
        assert [sender.ask(oru(2)), sender.ask(oru(3, more="|||AL|NE"))] == [
            ("AE", "M2"),
            ("CE", "M3"),
        ]
        with receiver.sender() as mute:  # it wants no answers, and learns it by the end
            assert mute.ask(oru(4, more="|||NE|NE")) is None
        flag.unlink()
        assert sender.ask(oru(2)) == ("AA", "M2")
    assert numbers(landed(tmp_path / "home")) == ["M1", "M2"]
    assert (
        receiver.log.count("Messages cannot be stored") == receiver.log.count("stored again") == 1
    )


def test_killed_again_and_again_it_loses_nothing_that_was_acknowledged(tmp_path):
    home, told, sent, number = tmp_path / "home", [], [], 0
    for round_ in range(5):
        receiver = start(home, **LATER)
        with ExitStack() as stack:
            senders = [stack.enter_context(receiver.sender()) for _ in range(4)]
            until = time.monotonic() + 0.2 + round_ * 0.05
            while time.monotonic() < until:
                for sender in senders:
                    sender.put(oru(number))
                    sent.append(f"M{number}")
                    number += 1
                told += [sender.answer() for sender in senders]
            for sender in senders:
                sender.put(oru(number))
                sent.append(f"M{number}")
                number += 1
            receiver.process.kill()
            told += [sender.answer() for sender in senders]
        receiver.end()
    with receiving(home):
        pass  # what was left is landed at its start
    found = numbers(landed(home))
    acknowledged = {said[1] for said in told if said}
    assert len(acknowledged) > 50 and {said[0] for said in told if said} == {"AA"}
    assert acknowledged <= set(found) <= set(sent)
    assert len(found) == len(set(found))
    assert list(home.glob("spool/*/*")) == []


def test_what_was_torn_is_dropped_and_what_was_whole_is_landed(tmp_path):
    spool = tmp_path / "home" / "spool" / "hl7v2"
    spool.mkdir(parents=True, mode=0o700)
    whole = b"".join(b"\x0b" + oru(number) + b"\x1c\r" for number in (1, 2))
    (spool / "received-a.hl7").write_bytes(whole + b"\x0b" + oru(3)[:50])
    (spool / "received-b.hl7").write_bytes(
        whole + bytes(3000) + whole
    )  # blocks that a power cut left empty
    (spool / "received-c.hl7").write_bytes(b"\x0bMSH")
    (spool / "received-d.hl7").write_bytes(b"")
    with receiving(tmp_path / "home"):
        pass
    assert landed(tmp_path / "home") == whole + whole
    assert list(spool.iterdir()) == []


def test_two_listeners_of_a_source_leave_each_others_files_alone(tmp_path):
    home = tmp_path / "home"
    with receiving(home, **LATER) as first, first.sender() as sender:
        assert sender.ask(oru(1)) == ("AA", "M1")
        with receiving(home, **LATER) as second, second.sender() as other:
            assert other.ask(oru(2)) == ("AA", "M2")
        assert numbers(landed(home)) == ["M2"]
        assert sender.ask(oru(3)) == ("AA", "M3")
    assert sorted(numbers(landed(home))) == ["M1", "M2", "M3"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_once_all_is_answered_and_landed(tmp_path, number):
    receiver = start(tmp_path / "home", **LATER)
    with receiver.sender() as sender, receiver.sender() as half:
        assert sender.ask(oru(0)) == ("AA", "M0")
        half.socket.sendall(b"\x0b" + oru(99))
        sender.put(*map(oru, range(1, 200)))
        first = sender.answer()
        assert receiver.end(number) == 0
        told = [first]
        while said := sender.answer():
            told.append(said)
        assert half.answer() is None
    found = numbers(landed(tmp_path / "home"))
    assert {said[1] for said in told} <= set(found) and "M99" not in {
        said[1] for said in told[100:]
    }
    assert list((tmp_path / "home").glob("spool/*/*")) == []


def test_a_message_that_is_just_being_stored_is_answered_before_the_end(tmp_path):
    receiver = start(tmp_path / "home", SLOW="0.5", **LATER)
    with receiver.sender() as sender:
        sender.put(oru(1))
        wait_for(lambda: list((tmp_path / "home").glob("spool/*/*")))
        receiver.process.terminate()
        assert (sender.answer(), sender.answer()) == (("AA", "M1"), None)
    assert receiver.end(None) == 0
    assert numbers(landed(tmp_path / "home")) == ["M1"]


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["--host", "0.0.0.0"], {}, "B12_RECEIVE_ALLOW"),
        ([], {"B12_RECEIVE_ALLOW": "hospital"}, "list of addresses"),
        (["--source", "canonical"], {}, "does not take HL7 v2"),
        (["--source", "unknown"], {}, "unknown"),
        (["--port", "1"], {"B12_RECEIVE_MEMORY": "1MB"}, "B12_RECEIVE_MEMORY is less"),
        ([], {"B12_RECEIVE_CERTIFICATE": "tls/a.pem"}, "B12_RECEIVE_KEY"),
        ([], {"B12_RECEIVE_CLIENT_CA": "tls/a.pem"}, "B12_RECEIVE_KEY"),
        ([], {"B12_RECEIVE_CERTIFICATE": "a.pem", "B12_RECEIVE_KEY": "a.key"}, "a.pem"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_the_start(tmp_path, monkeypatch, arguments, settings, said):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    answer = b12(tmp_path, "receive", *arguments)
    assert answer.code in (2, 12) and said in answer.err


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = b12(tmp_path, "receive", "--port", taken.getsockname()[1])
    assert answer.code == 2 and "cannot be used" in answer.err


@pytest.mark.skipif(not MEMORY.is_dir(), reason="needs a second disk")
def test_a_landing_folder_on_another_disk_is_refused(tmp_path):
    is_in_memory = tmp_path.stat().st_dev == MEMORY.stat().st_dev
    with TemporaryDirectory(dir="/var/tmp" if is_in_memory else MEMORY) as elsewhere:
        (tmp_path / "landing").symlink_to(elsewhere)
        answer = b12(tmp_path, "receive")
    assert answer.code == 13 and "on another disk" in answer.err
