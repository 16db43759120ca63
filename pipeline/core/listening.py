"""Where this program listens."""

import os
import socket

from pipeline.core.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def listening(host, port):
    """A socket that listens there. Raises UsageError where it cannot."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise UsageError(
            f"Port {port} of {host} cannot be used ({reason}). Choose another"
            " with --port or --host."
        ) from None


def address_of(listener):
    """host:port of a listening socket, as it is written."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
