"""kill −9 of `b12 receive` while senders send, each of which sends a message again until it is
acknowledged, as an interface engine does."""

import itertools
import os
import random
import signal
import socket
import threading
import time
from contextlib import closing

from pipeline.core import Home
from pipeline.lake import query
from tools.chaos.arriving import taking
from tools.chaos.faults import Row
from tools.chaos.killing import b12, finished

SENDERS, KILLS = 4, 3


def killed_receive(*, times, scratch, seed=1):
    """A listener is killed three times in each trial and started again, then all is ingested; a
    Row. Lost: acknowledged, and not in the lake."""
    fault, began, draw = "kill −9 of receive", time.monotonic(), random.Random(seed)
    total = Row(fault)
    for number in range(times):
        home = scratch / f"receive-{number}"
        acknowledged = _received(home, draw)
        assert finished(taking(home)) == (0, "")
        (held,) = query(
            Home(home),
            "select count(*) as rows, count(distinct patient_id) as people from lake.lab_result",
        )
        left = sum(path.is_file() for path in (home / "spool").rglob("*"))
        total += Row(
            fault,
            tried=1,
            lost=max(0, acknowledged - held["people"]),
            doubled=held["rows"] - held["people"],
            different=int(left > 0 or acknowledged == 0),
        )
    return total + Row(fault, seconds=time.monotonic() - began)


def _received(home, draw):
    "How many messages were acknowledged while the listener was killed again and again"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listener = b12(home, "receive", "--port", port)
    numbers, stopped, acknowledged = itertools.count(), threading.Event(), []
    senders = [
        threading.Thread(target=_send, args=(port, numbers, stopped, acknowledged))
        for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        enough = len(acknowledged) + draw.randrange(1, 300)
        while len(acknowledged) < enough:
            time.sleep(0.001)
        listener.kill()
        listener.communicate()
        listener = b12(home, "receive", "--port", port)
    stopped.set()
    for sender in senders:
        sender.join()
    os.kill(listener.pid, signal.SIGTERM)
    ended, error = finished(listener)
    assert ended == 0, error
    return len(acknowledged)


def _send(port, numbers, stopped, acknowledged):
    while not stopped.is_set():
        number = next(numbers)
        while not _is_acknowledged(port, number):
            time.sleep(0.02)
        acknowledged.append(number)


def _is_acknowledged(port, number):
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as there:
            there.sendall(b"\x0b" + _message(number) + b"\x1c\r")
            said = b""
            while not said.endswith(b"\x1c\r") and (more := there.recv(4096)):
                said += more
    except ConnectionError:
        return False
    return f"\rMSA|AA|M{number}\r".encode() in said


def _message(number):
    return (
        f"MSH|^~\\&|LAB|N|B12|N|20260110||ORU^R01|M{number}|P|2.5.1\r"
        f"PID|1||P{number}^^^N^MR||||19500615|F\r"
        f"OBR|1||S{number}|2132-9^Vitamin B12^LN|||20260110|||||||||||||||20260110|||F\r"
        "OBX|1|NM|2132-9^Vitamin B12^LN||110|pg/mL|||||F\r"
    ).encode()
