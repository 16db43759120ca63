"""The stand-alone app: on this computer by a link until there are users, elsewhere with a login."""

import logging
import sys

import uvicorn

from pipeline import worklist
from pipeline.core import LOOPBACK, UsageError, listening
from pipeline.operations import record_settings
from pipeline.web import slow_clients
from pipeline.web.app import create_app
from pipeline.web.local_link import local_or_session_user
from pipeline.web.login import identify_by_session
from pipeline.web.provider import Provider

NAMES = ("127.0.0.1", "localhost", "[::1]")
OPEN_TO_READ = (
    "without TLS, passwords and patient data can be read on the network. Give --certificate and"
    " --key, or --behind-proxy ADDRESS."
)


def serve(home, *, host="127.0.0.1", port=8080, certificate=None, key=None, names=(), proxies=()):
    """Serve the web app until it is stopped.

    certificate, key: PEM files for TLS. names: accepted host names, else any. proxies: addresses
    and networks of proxies that take the requests by TLS; who a request came from and by which
    scheme is believed of these alone. On loopback without users, a link that is printed opens them
    once. Raises UsageError if other computers can reach the pages and there is neither a user nor a
    provider of single sign-on, and where single sign-on cannot work.
    """
    for name, path in (("certificate", certificate), ("key", key)):
        if path is not None and not path.is_file():
            raise UsageError(f"The {name} file {path} does not exist. Check the path.")
    is_secure = certificate is not None or bool(proxies)
    app = standalone(
        home, host=host, names=names, is_secure=is_secure, is_behind_proxy=bool(proxies)
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if host not in LOOPBACK and not is_secure:
        print(f"Warning: {OPEN_TO_READ}", file=sys.stderr)
    if home.root.is_dir():
        record_settings(home, origin="pages")
    with listening(host, port) as listener:
        scheme, shown = "https" if certificate else "http", f"[{host}]" if ":" in host else host
        address = f"{scheme}://{shown}:{listener.getsockname()[1]}"
        print(_where(app, address), flush=True)
        tls = {"ssl_certfile": certificate, "ssl_keyfile": key}
        quiet = {"access_log": False, "server_header": False, "log_level": "warning"}
        trusted = {"proxy_headers": bool(proxies), "forwarded_allow_ips": list(proxies)}
        config = slow_clients.config(app, **tls, **quiet, **trusted)
        uvicorn.Server(config).run(sockets=[listener])


def _where(app, address):
    "What is said at start: a link where there is no user to log in"
    if app.state.provider or worklist.users(app.state.store):
        return f"The worklist is at {address}; stop it with Ctrl-C."
    return (
        f"Open the worklist with this link, which works once: {address}{app.state.links.new()}\n"
        "Stop it with Ctrl-C. To log in with a name instead, type: b12 user add NAME --role admin"
    )


def standalone(home, *, host="127.0.0.1", names=(), is_secure=False, is_behind_proxy=False):
    """The app as `serve` runs it. Raises UsageError, InvalidProtocol."""
    setup = worklist.single_sign_on(home)
    store = worklist.open_store(home)
    is_alone = host in LOOPBACK and not names and not is_behind_proxy
    if not is_alone and not setup and not worklist.users(store):
        raise UsageError(
            "Other computers can reach these pages, so a login is needed, but there is no user yet."
            " Type: b12 user add NAME --role admin"
        )
    return create_app(
        home,
        store=store,
        has_login=True,
        is_secure=is_secure,
        identify=local_or_session_user if is_alone and not setup else identify_by_session,
        hosts=NAMES if is_alone else (*NAMES, *names) if names else ("*",),
        provider=Provider(setup) if setup else None,
    )
