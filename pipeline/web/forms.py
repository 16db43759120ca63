"""Posted forms: a form is only accepted with the token that this app gave to this user."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect

from pipeline.core import UsageError
from pipeline.web.middleware import is_text

HOURS_12 = 12 * 60 * 60
KINDS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
MOST_FIELDS = 200
BODY_SECONDS = 20  # from the headers to the end of a form
YEARS = range(1900, 2200)  # a day beyond them has no time in every zone


def token(request, name):
    """The token to put into a form for a reader of this name ("" before login)."""
    return _signer(request).dumps(name)


async def posted(request: Request):
    """A dependency: the form as starlette's FormData, of text alone; its token is not yet checked.
    Raises HTTPException 400, 408, 415."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind and (kind not in KINDS or options.get(b"charset", b"utf-8").lower() != b"utf-8"):
        raise HTTPException(415, "Only a form in UTF-8 is accepted. Reload the page and try again.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    except TimeoutError:
        raise HTTPException(408, "The form took too long to arrive. Try again.") from None
    except ClientDisconnect:
        raise HTTPException(400, "The form did not arrive as a whole. Try again.") from None
    if not all(is_text(str(each)) for field in form.multi_items() for each in field):
        raise HTTPException(400, "A field contains a character that is not text.")
    return form


Form = Annotated[FormData, Depends(posted)]


def check(request, form, name):
    """Raises HTTPException 403 unless the form was made for this reader in the last 12 hours."""
    try:
        made_for = _signer(request).loads(str(form.get("csrf", "")), max_age=HOURS_12)
    except BadData:
        made_for = None
    if made_for != name:
        raise HTTPException(
            403,
            "This form is too old, or was made for someone else. Go back, reload the page and send"
            " it again.",
        )


def text(form, name, limit=2000):
    """A field of a form without blanks around it, None when empty. HTTPException 400: longer than
    the limit."""
    given = str(form.get(name, "")).strip()
    if len(given) > limit:
        raise HTTPException(
            400, f"The field {name} is too long: at most {limit:,} characters are allowed."
        )
    return given or None


def day_of(form, name):
    """A day of a form, None when empty. Raises UsageError."""
    day = text(form, name, 10)
    try:
        found = date.fromisoformat(day) if day else None
    except ValueError:
        raise UsageError("Write the date as YYYY-MM-DD.") from None
    if found and found.year not in YEARS:
        raise UsageError(f"Write a year from {YEARS[0]} to {YEARS[-1]}.")
    return found


def _signer(request):
    return URLSafeTimedSerializer(request.app.state.secret, salt="b12-form")
