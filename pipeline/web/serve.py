"""The app run alone: on this computer without a login, elsewhere only with one."""

import getpass
import logging
import os
import socket

import uvicorn

from pipeline import worklist
from pipeline.errors import UsageError
from pipeline.web.app import create_app
from pipeline.web.login import identify_by_session

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAMES = ("127.0.0.1", "localhost", "[::1]")


def serve(home, *, host="127.0.0.1", port=8080, certificate=None, key=None, hosts=()):
    """Serve the web app until it is stopped. certificate, key: PEM files for TLS. hosts: the names it answers to, else any.

    On loopback without users nobody logs in, and who uses this computer may do everything. Raises UsageError: another
    address and no user.
    """
    for name, path in (("certificate", certificate), ("key", key)):
        if path is not None and not path.is_file():
            raise UsageError(f"There is no {name} {path}.")
    app = standalone(home, host=host, hosts=hosts, is_secure=certificate is not None)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    with _listening(host, port) as listener:
        scheme, shown = "https" if certificate else "http", f"[{host}]" if ":" in host else host
        print(f"The worklist is at {scheme}://{shown}:{listener.getsockname()[1]}; stop it with Ctrl-C.", flush=True)
        config = uvicorn.Config(app, ssl_certfile=certificate, ssl_keyfile=key, access_log=False, server_header=False, log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])


def _listening(host, port):
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"Nothing can listen at {host}, port {port} ({os.strerror(error.errno)}). Give another with --port or --host."
        ) from None


def standalone(home, *, host="127.0.0.1", hosts=(), is_secure=False):
    """The app as `serve` runs it. Raises UsageError."""
    store = worklist.open_store(home)
    is_loopback, has_users = host in LOOPBACK, any(not one["is_disabled"] for one in worklist.users(store))
    if not is_loopback and not has_users:
        raise UsageError(f"Listening on {host} needs a login, and there is no user yet. Type: b12 user add NAME --role admin")
    return create_app(
        home, store=store, identify=identify_by_session if has_users else whoever, has_login=has_users, is_local=not has_users,
        hosts=hosts or (NAMES if is_loopback else ("*",)), is_secure=is_secure,
    )  # fmt: skip


def whoever():
    """The user of this computer, as admin."""
    return worklist.Actor(getpass.getuser(), "admin")
