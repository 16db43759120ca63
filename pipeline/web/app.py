"""The app. A dependency identifies the user, so it runs alone or with Airflow's login."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipeline import worklist
from pipeline.core import settings
from pipeline.web import (
    account,
    another_pack,
    audit,
    exporting,
    letters,
    local_link,
    login,
    mapping,
    opening,
    outcomes,
    patients,
    population,
    quality,
    refused,
    runs,
    shadows,
    single_sign_on,
    whatif,
    worklists,
)
from pipeline.web import home as start
from pipeline.web import item_actions as acting
from pipeline.web.access import identity
from pipeline.web.failures import HANDLERS
from pipeline.web.middleware import AccessLog, SameOriginOnly, SecureHeaders, TextOnly
from pipeline.web.render import STATIC
from pipeline.web.secret import secret

PAGES = (
    start,
    worklists,
    exporting,
    opening,
    patients,
    acting,
    letters,
    population,
    outcomes,
    whatif,
    another_pack,
    shadows,
    quality,
    refused,
    mapping,
    runs,
    audit,
)


def create_app(
    home, *, identify, store=None, root_path="", hosts=("*",), has_login=False, is_secure=False,
    provider=None,
):  # fmt: skip
    """The web app over a home.

    identify: a FastAPI dependency that returns the reader as a worklist.Actor. store: where the
    worklist is kept, else the home's own. root_path: where a proxy mounts the app; a Mount sets it
    itself. hosts: accepted host names. has_login: with its own login pages. is_secure: behind TLS,
    so that cookies need it. provider: by which users log in as well (`web.provider`).
    """
    signing = secret(home)
    app = FastAPI(
        title="B12 screening", docs_url=None, redoc_url=None, openapi_url=None,
        root_path=root_path, exception_handlers=HANDLERS,
        middleware=[
            Middleware(AccessLog), Middleware(SecureHeaders, is_secure=is_secure),
            Middleware(TextOnly), Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(SameOriginOnly), *([_session(signing, is_secure)] if has_login else []),
        ],
    )  # fmt: skip
    app.state.home, app.state.secret = home, signing
    app.state.store = store or worklist.open_store(home)
    app.state.has_login, app.state.links = has_login, local_link.Links()
    app.state.is_secure, app.state.provider = is_secure, provider
    app.dependency_overrides[identity] = identify
    for pages in (*PAGES, *_ways_in(has_login, provider)):
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _ways_in(has_login, provider):
    own = [login, local_link, account] if has_login else []
    return [*own, single_sign_on] if provider else own


def _session(signing, is_secure):
    return Middleware(
        SessionMiddleware,
        secret_key=signing,
        session_cookie="b12_session",
        max_age=settings().session_hours * 3600,
        same_site="strict",
        https_only=is_secure,
    )
