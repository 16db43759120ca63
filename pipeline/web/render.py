"""Renders pages from templates. Everything is escaped; links are relative to the path where the app
is mounted."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.analysis import answer, is_background, plain_answer, remarks
from pipeline.core import Failure
from pipeline.operations import standing_of
from pipeline.protocol import deciding_result
from pipeline.protocol import labels as words
from pipeline.web import localised
from pipeline.web.access import store_of
from pipeline.web.aims import aim_of, is_overdue
from pipeline.web.change_words import changed
from pipeline.web.forms import token
from pipeline.web.packs import in_words
from pipeline.web.tips import TIPS
from pipeline.worklist import followed_pack

HERE = Path(__file__).parent
STATIC = HERE / "static"
SERVER_ERROR = 500
NOTICE = "For a clinician's review; nothing here is an order."
NAV = (  # name, path, for whom
    ("Worklist", "/worklist", "viewer"), ("Population", "/population", "viewer"),
    ("Quality", "/quality", "operator"), ("Runs", "/runs", "operator"),
    ("Audit", "/audit", "admin"),
)  # fmt: skip


def page(request, template, *, status=200, labels=None, **values):
    """A template as a response; it sees `root`, `actor`, `csrf`, `at` (the path within the app)
    beside the values. labels: what another pack that is shown calls its next steps."""
    root = root_of(request)
    actor, is_local = (
        getattr(request.state, "actor", None),
        getattr(request.state, "is_local", False),
    )
    own = _labels(request) if actor and status < SERVER_ERROR else {}
    with words.named((labels or {}) | own):
        text = (
            templates()
            .get_template(template)
            .render(
                root=root,
                actor=actor,
                at=request.url.path.removeprefix(root),
                csrf=token(request, actor.name if actor else ""),
                is_local=is_local,
                has_login=request.app.state.has_login and not is_local,
                version=static_version(),
                standing=_standing(request) if actor and status < SERVER_ERROR else None,
                **values,
            )
        )
    return HTMLResponse(text, status)


def _labels(request):
    "What the pack of the published run calls its next steps"
    try:
        return followed_pack(request.app.state.home, store_of(request)).labels
    except (Failure, OSError):  # the page itself says so, if it needs the pack
        return {}


def shown_result(row):
    """The ShownResult of a row of the worklist, with the decimal mark of the site."""
    return deciding_result(row, decimals=localised.in_decimals)


def _standing(request):
    "None where it cannot be known: then the page itself says what is wrong, if anything is"
    try:
        return standing_of(request.app.state.home, store_of(request))
    except Failure:
        return None


def named_sites(sites):
    """Sites as a reader reads them; "" is for patients without one."""
    return ", ".join(site or "no site recorded" for site in sites)


def root_of(request):
    """The path that the app is mounted on, without a slash at its end."""
    return request.scope.get("root_path", "").rstrip("/")


LOCALISED = ("day", "moment", "number", "counted", "dated")
FILTERS = {
    **{name: getattr(words, name) for name in ("word", "asked", "low", "marked", "unit")},
    **{name: getattr(localised, name) for name in LOCALISED},
    "sites": named_sites, "changed": changed,
    "in_words": in_words, "answer": answer, "plain_answer": plain_answer, "remarks": remarks,
}  # fmt: skip
GLOBALS = {
    "NOTICE": NOTICE, "NAV": NAV, "QUIET": words.QUIET, "PRIORITIES": words.PRIORITIES,
    "STATES": words.STATES, "is_background": is_background, "source_of": words.source_of,
    "deciding_result": shown_result, "TIPS": TIPS, "aim_of": aim_of, "is_overdue": is_overdue,
}  # fmt: skip


@cache
def templates():
    """The environment of the templates."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= FILTERS
    found.globals |= GLOBALS
    return found


@cache
def static_version():
    """A short name of the static files, so that browsers may keep them until they change."""
    files = sorted(path for path in STATIC.rglob("*.*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:10]
