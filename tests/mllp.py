"""A sender of HL7 v2 messages over MLLP, and `b12 receive` in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

from tests.programs import ROOT

LISTEN = """
from pathlib import Path
import logging, os, shutil, sys, time
from pipeline.core import Home, restrict_umask
from pipeline.receiving import receive

if flag := os.environ.get("FULL"):  # the disk is, while there is a file of this name
    usage = shutil.disk_usage
    shutil.disk_usage = lambda path: usage(path)._replace(**{"free": 0} if Path(flag).exists() else {})
if slow := os.environ.get("SLOW"):  # the disk is, by so many seconds
    flush = os.fdatasync
    os.fdatasync = lambda file: (time.sleep(float(slow)), flush(file))
restrict_umask()
logging.basicConfig(level=logging.INFO)
receive(Home(Path(sys.argv[1])), source="hl7v2", port=0, ready=lambda address: print(f"at {address};", flush=True))
"""  # `b12 receive` imports three times as much


def oru(number, *, patient=None, kind="ORU^R01", more=""):
    """A message with one B12 result, as bytes; number: of the message, the order and, where no
    other is given, the patient."""
    return (
        f"MSH|^~\\&|LAB|NORTH|B12|CLINIC|202601101500||{kind}|M{number}|P|2.5.1{more}\r"
        f"PID|1||{patient or f'P{number}'}^^^NORTH^MR||||19500615|F\r"
        f"OBR|1||S{number}|2132-9^Vitamin B12^LN|||202601100900|||||||||||||||202601101400|||F\r"
        "OBX|1|NM|2132-9^Vitamin B12^LN||110|pg/mL|||||F\r"
    ).encode()


class Sender:
    """A connection to a listener."""

    def __init__(self, port, tls=None):
        there = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket = tls.wrap_socket(there, server_hostname="localhost") if tls else there
        self.said = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def put(self, *messages):
        """Send messages in their frames, without waiting for an answer."""
        self.socket.sendall(b"".join(b"\x0b" + message + b"\x1c\r" for message in messages))

    def answer(self):
        """The next answer as (code, control id), or None at the end of the connection."""
        while b"\x1c\r" not in self.said:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.said += more
        told, _, self.said = self.said.partition(b"\x1c\r")
        msa = next(line for line in told.split(b"\r") if line.startswith(b"MSA"))
        return tuple(part.decode() for part in msa.split(b"|")[1:3])

    def ask(self, message):
        """Send one message; its answer as (code, control id), or None."""
        self.put(message)
        return self.answer()


class Receiver:
    """`b12 receive` in a process. log: what it wrote, once it has ended."""

    def __init__(self, process, port, log):
        self.process, self.port, self._log = process, port, log

    def sender(self, tls=None):
        return Sender(self.port, tls)

    @property
    def log(self):
        return self._log.read_text()

    def end(self, number=signal.SIGTERM):
        """Send a signal, if one is given, wait; returns the exit code."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        return code


def start(home, *, command=("-c", LISTEN), **settings):
    """Start a listener on a free port of loopback; returns a Receiver. command: the arguments of Python, without the home.
    settings: environment variables."""
    home.parent.mkdir(parents=True, exist_ok=True)
    log = home.parent / f"{home.name}.log"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "B12_RECEIVE_FREE_BYTES": "1MB"}
    with log.open("a") as writing:
        process = subprocess.Popen(
            [sys.executable, *command, home],
            stdout=subprocess.PIPE, stderr=writing, text=True, umask=0o022,
            env=environment | settings,
        )  # fmt: skip
    said = process.stdout.readline()
    assert said, log.read_text()
    return Receiver(process, int(re.search(r":(\d+);", said)[1]), log)


@contextmanager
def receiving(home, **options):
    """Yields a Receiver, which ends with the block: without a trace, and saying nothing of what it
    received."""
    receiver = start(home, **options)
    try:
        yield receiver
        if receiver.process.poll() is None:
            assert receiver.end() == 0, receiver.log
    finally:
        receiver.process.kill()
        receiver.process.wait()
        receiver.process.stdout.close()
    assert "Traceback" not in receiver.log and "unexpectedly" not in receiver.log
    assert not re.search(r"NORTH|Vitamin|2132-9|\bP\d|\bM\d", receiver.log)


def landed(home):
    """The bytes of the landed files, those of the spool left out."""
    return b"".join(path.read_bytes() for path in sorted(home.glob("landing/*/*/*.hl7")))


def numbers(data):
    """The control ids of the messages in a file's bytes, in their order."""
    return [each.decode() for each in re.findall(rb"\x0bMSH(?:\|[^|\r]*){8}\|([^|\r]*)", data)]
