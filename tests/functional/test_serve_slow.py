"""A client that sends slowly, or opens many connections, asked of a real server over its socket: it is let go, and others
are answered meanwhile."""

import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress

import pytest

SERVER = """
import sys
from pathlib import Path
from pipeline.core import Home
from pipeline.web import forms, serve, slow_clients

slow_clients.HEAD_SECONDS = forms.BODY_SECONDS = 0.5
slow_clients.CONNECTIONS = 8
serve(Home(Path(sys.argv[1])), port=0)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    "The port of a server with short deadlines; its log has no trace in the end"
    folder = tmp_path_factory.mktemp("slow")
    log = folder / "log"
    with log.open("w") as writing:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, folder / "home"],
            stdout=subprocess.PIPE, stderr=writing, text=True,
        )  # fmt: skip
    yield int(re.search(r"127.0.0.1:(\d+)", server.stdout.readline())[1])
    server.terminate()
    server.communicate(timeout=20)
    assert "Traceback" not in log.read_text()


def opened(port, sent=b""):
    there = socket.create_connection(("127.0.0.1", port), timeout=4)
    there.sendall(sent)
    return there


def everything(there):
    "What the server says until it hangs up; waits for at most four seconds"
    said = b""
    try:
        while more := there.recv(65536):
            said += more
    except ConnectionResetError:
        pass
    return said


def form(port, length):
    return (
        f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\ncsrf="
    ).encode()


def health(port):
    with opened(
        port, b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ) as asked:
        return everything(asked)


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: lo", b"GET /hea"])
def test_headers_that_do_not_come_are_not_awaited(port, sent):
    with opened(port, sent) as slow:
        assert health(port).endswith(b"ok")
        assert everything(slow) == b""


def test_headers_that_come_a_byte_at_a_time_are_not_awaited(port):
    with opened(port, b"GET /health HTTP/1.1\r\nX: ") as slow:
        slow.settimeout(0.05)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            try:
                slow.sendall(b"x")
                if not slow.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    raise AssertionError("the connection is still open")


def test_a_form_that_does_not_come_is_answered_and_the_connection_ends(port):
    with opened(port, form(port, 1000)) as slow:
        assert health(port).endswith(b"ok")
        assert everything(slow).startswith(b"HTTP/1.1 408")


def test_a_form_whose_sender_leaves_is_no_unexpected_error(port):
    opened(port, form(port, 1000)).close()
    assert health(port).endswith(b"ok")


def test_a_body_that_nobody_reads_holds_no_connection(port):
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"
    with opened(port, head) as slow:
        assert everything(slow).endswith(b"ok")


def test_an_answer_is_followed_by_the_next_on_one_connection(port):
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with opened(port, head) as kept:
        said = b""
        while not said.endswith(b"\r\n\r\nok"):
            more = kept.recv(65536)
            assert more
            said += more
        kept.sendall(head)
        assert everything(kept).endswith(b"ok")


def test_headers_without_end_are_refused(port):
    with opened(port) as greedy:
        with suppress(ConnectionError):
            greedy.sendall(b"GET /health HTTP/1.1\r\nX: " + b"x" * 200_000)
        assert everything(greedy)[:12] in (b"HTTP/1.1 400", b"")


def test_more_connections_than_there_may_be_are_turned_away_and_then_let_go(port):
    with ExitStack() as many:
        slow = [many.enter_context(opened(port)) for _ in range(8)]
        assert health(port).startswith(b"HTTP/1.1 503")
        assert {everything(each) for each in slow} == {b""}
    assert health(port).endswith(b"ok")


@pytest.mark.parametrize(
    "header",
    [b"Content-Length: -1", b"Content-Length: 9\r\nContent-Length: 8", b"Transfer-Encoding: x",
     b"Host: [", b"Host: \xff", b"Cookie: \xff=\xfe", b"Content-Type: \xff", b"Upgrade: websocket\r\nConnection: upgrade"],
)  # fmt: skip
def test_headers_that_no_browser_sends_are_no_unexpected_error(port, header):
    with opened(port, b"POST /login HTTP/1.1\r\n" + header + b"\r\n\r\n") as odd:
        assert everything(odd)[9:12] in (b"400", b"403", b"404", b"413", b"415")
