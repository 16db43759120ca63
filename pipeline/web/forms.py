"""Posted forms: a form is only accepted with the token that this app gave to this user."""

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import FormData

from pipeline.core import UsageError

HOURS_12 = 12 * 60 * 60
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and the ends of lines


def token(request, name):
    """The token to put into a form for a reader of this name ("" before login)."""
    return _signer(request).dumps(name)


async def posted(request: Request):
    """A dependency: the form as starlette's FormData, its token not yet checked."""
    return await request.form()


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
    the limit, or no text."""
    given = str(form.get(name, "")).strip()
    if len(given) > limit:
        raise HTTPException(
            400, f"The field {name} is too long: at most {limit:,} characters are allowed."
        )
    if CONTROL.search(given):
        raise HTTPException(400, f"The field {name} contains a character that is not text.")
    return given or None


def day_of(form, name):
    """A day of a form, None when empty. Raises UsageError."""
    day = text(form, name, 10)
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        raise UsageError("Write the date as YYYY-MM-DD.") from None


def _signer(request):
    return URLSafeTimedSerializer(request.app.state.secret, salt="b12-form")
