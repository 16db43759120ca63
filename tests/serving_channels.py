"""Real servers on loopback that take what the pipeline tells: mail by SMTP, a webhook by HTTP, metrics by UDP."""

import socket
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def mail_server(**options):
    """An SMTP server; yields its port and the messages that it took."""
    from aiosmtpd.controller import Controller

    took = []

    class Taking:
        async def handle_DATA(self, server, session, envelope):
            took.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
            return "250 OK"

    with socket.create_server(
        ("127.0.0.1", 0)
    ) as free:  # the controller wants to know its port beforehand
        port = free.getsockname()[1]
    controller = Controller(Taking(), hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port, took
    finally:
        controller.stop()


@contextmanager
def web_server(status=204):
    """An HTTP server that answers every POST with a status; yields its address and the (headers, body) that it took."""
    took = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            took.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook/T0KEN", took
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def metrics_server():
    """A listener for StatsD by UDP; yields its port and the packets that it took."""
    took, server = [], socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(
        target=lambda: [took.append(packet) for packet in iter(lambda: server.recv(65_536), b"")]
    )
    thread.start()
    try:
        yield server.getsockname()[1], took
    finally:
        server.sendto(b"", server.getsockname())
        thread.join()
        server.close()
