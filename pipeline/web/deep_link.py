"""The page that was asked for before the login, within these pages alone."""

import re
from urllib.parse import urlencode

from pipeline.web.render import root_of

LONGEST = 1000
# no scheme, no host, no backslash: a path of these pages and its query
PATH = re.compile(
    r"/(?:worklist|patients|population|quality|runs|audit|account|help)(?:[/?][\w\-./?=&%+~:,]*)?"
    r"|/letters/[\w\-]{12}(?:\?[\w\-./?=&%+~:,]*)?"  # what was written: a form leads elsewhere
)


def asked_for(text):
    """The path that a login leads to: the one asked for where it is a page of this app, else
    `/`."""
    text = text or ""
    return text if len(text) <= LONGEST and PATH.fullmatch(text) and "//" not in text else "/"


def login_address(request):
    """The address of the login page, which leads back to the page that was asked for."""
    path = request.url.path.removeprefix(root_of(request))
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = asked_for(f"{path}{query}") if request.method == "GET" else "/"
    ask = f"?{urlencode({'next': wanted})}" if wanted != "/" else ""
    return f"{root_of(request)}/login{ask}"
