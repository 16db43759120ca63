"""Requests that no browser sends, put to the app as a server would: any bytes for the address, the headers and the body."""

from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote

from anyio.from_thread import start_blocking_portal
from fastapi.routing import APIRoute
from hypothesis import strategies as st

HOST = b"b12.example"
HUGE = "9" * 5000
NUMBERS = ("0", "-1", str(2**31), str(2**63), str(2**64), HUGE, "1e999", "nan", "٣", "1_0", "²")
DAYS = ("9999-12-31", "0001-01-01", "2026-02-30", "1-1-1", "99999-01-01", "2026-W01-1")
TEXTS = (
    "",
    "\0",
    "a\0b",
    "\ud800",
    "\udcff",
    "\x1b[2J",
    "x" * 5000,
    "../..",
    "%",
    "{{7*7}}",
    "'--",
)
BROKEN = (b"%", b"%zz", b"%00", b"%ff", b"%ED%A0%80", b"%u0000", b"+", b"=", b"&&;")
CHARSETS = (
    "utf-16",
    "utf-7",
    "punycode",
    "idna",
    "unicode_escape",
    "hex",
    "none",
    "x" * 300,
    "\xe9",
)
FIELDS = (
    "version", "to", "reason", "until", "comment", "assignee", "noted_on", "keys", "back", "name",
    "password", "patient", "csrf", "current", "new", "again", "because",
)  # fmt: skip
ASKED = (
    "run", "over", "before", "after", "change", "number", "done", "stale", "to", "format", "page",
    "waiting", "priority", "status", "site", "alert", "cohort", "sort", "order", "user", "since",
    "until", "patient", "reason", "file", "minutes_letter", "what", "code", "state", "iss", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


@contextmanager
def asking(app):
    """A function that puts a request to the app and gives an Answer; what the app raises, a server would log with a
    trace, and it is raised here."""
    with start_blocking_portal() as portal:
        yield lambda *request: portal.call(_asked, app, *request)


async def _asked(app, method, path, query=b"", headers=(), body=b""):
    sent, received = [], iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        return next(received, {"type": "http.disconnect"})

    async def send(message):
        sent.append(message)

    standing = [(b"host", HOST), (b"origin", b"http://" + HOST)]
    given = {name for name, _ in headers}
    await app(
        {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": method, "path": unquote(path.decode("latin-1")), "raw_path": path,
            "query_string": query, "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "headers": [*(each for each in standing if each[0] not in given), *headers],
        },
        receive,
        send,
    )  # fmt: skip
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], body.decode("utf-8", "replace"))


def pairs(fields):
    """Fields as the body of a form, and the headers that go with it."""
    body = b"&".join(_quoted(name) + b"=" + _quoted(value) for name, value in fields)
    return body, _said(body, b"application/x-www-form-urlencoded")


def parts(fields, charset, more=b""):
    """The same as a form in parts, in a charset that it claims."""
    body = b"".join(
        b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), more, value.encode("utf-8", "surrogatepass"))
        for name, value in fields
    )
    kind = f"multipart/form-data; boundary=edge; charset={charset}".encode()
    return body + b"--edge--\r\n", _said(body + b"--edge--\r\n", kind)


def _said(body, kind):
    return [(b"content-type", kind), (b"content-length", str(len(body)).encode())]


def _quoted(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="").encode()


def routes(app):
    """Every page of the app: pattern and methods."""
    return [(one.path, sorted(one.methods)) for one in app.routes if isinstance(one, APIRoute)]


odd = st.sampled_from([*NUMBERS, *DAYS, *TEXTS]) | st.text(max_size=20)
raw = st.sampled_from(BROKEN) | odd.map(_quoted) | st.binary(max_size=8)
header = st.tuples(
    st.sampled_from(
        [b"host", b"origin", b"cookie", b"content-type", b"content-length", b"hx-request",
         b"sec-fetch-site", b"accept-encoding", b"range", b"x-forwarded-for", b"if-none-match"]
    ),
    st.binary(max_size=20)
    | st.sampled_from(
        [b"[", b"http://[", b"a:b:c", b"\xff\xfe", b"b12_session=e30.x.y", b"b12_session=" + b"A" * 9000,
         b"bytes=9-1,-", b"multipart/form-data", b"application/json", b"-1", HUGE.encode()]
    ),
)  # fmt: skip


@st.composite
def queries(draw):
    """The query of an address: known names with odd values, many times; or any bytes."""
    given = draw(st.lists(st.tuples(st.sampled_from(ASKED), raw), max_size=4))
    text = b"&".join(name.encode() + b"=" + value for name, value in given)
    return text * draw(st.sampled_from([1, 1, 1, 300])) + draw(st.just(b"") | raw)


@st.composite
def forms(draw, standing):
    """A form that carries its token, with odd fields; `(body, headers)`."""
    given = draw(st.dictionaries(st.sampled_from(FIELDS), odd, max_size=5))
    fields = list({**standing, **given}.items()) * draw(st.sampled_from([1, 1, 1, 50]))
    if draw(st.booleans()):
        return pairs(fields)
    more = draw(st.sampled_from([b"", b'; filename="a"', b'; filename="\xff"']))
    return parts(fields, draw(st.sampled_from(CHARSETS) | st.just("utf-8")), more)
