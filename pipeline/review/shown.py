"""A pack as Markdown with what its reviewers say, line by line. Their words are untrusted: nothing
in them becomes Markdown or HTML."""

from pipeline.protocol import as_markdown, markdown_table
from pipeline.review.standing import standing_of

SAYS = {"agree": "agrees", "object": "objects", "unsure": "is not sure"}
COUNTED = (("agree", "agrees"), ("object", "objects"), ("unsure", "not sure"))
NONE_YET = (
    "Reviews: none yet. `b12 protocol review` writes a form for clinicians; `b12 protocol review"
    " --add FILE` keeps what comes back."
)
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "}": "&#125;"}


def with_reviews(pack):
    """The pack as Markdown, with its reviews at the head and beside each line."""
    standing = standing_of(pack)
    notes = {key: _note(remarks) for key, remarks in standing.by_line.items() if remarks}
    return as_markdown(pack, notes=notes, before=[*_head(standing)])


def summary(standing):
    """All reviews in one sentence."""
    counts = (
        _counted(len(standing.reviews), "review"),
        f"{len(standing.agreed)} of {len(standing.lines)} lines agreed by all who answered them",
        _counted(standing.objections, "objection"),
        f"{_counted(len(standing.changed), 'line')} changed since",
    )
    return "; ".join(counts) + "."


def escaped(text):
    """A reviewer's text for Markdown, in one line."""
    text = "".join(
        ENTITIES.get(sign) or (f"\\{sign}" if sign in "\\`*_[]" else sign) for sign in text
    )
    return text.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def _head(standing):
    yield "## Reviews"
    yield ""
    if not standing.reviews:
        yield NONE_YET
        yield ""
        return
    yield summary(standing)
    yield ""
    yield "Only answers to the present version and wording of a line count."
    yield ""
    yield from _table(
        (
            "reviewer",
            "role",
            "date",
            "version",
            *(word for _, word in COUNTED),
            "answers that count",
        ),
        [_row(standing, review) for review in standing.reviews],
    )
    yield from _open(standing)


def _row(standing, review):
    given = [answer.answer for answer in review.answers]
    current = sum(
        remark.review is review and remark.is_current
        for remarks in standing.by_line.values()
        for remark in remarks
    )
    who = (escaped(review.reviewer), escaped(review.role), review.date, escaped(review.version))
    return (*who, *(given.count(answer) for answer, _ in COUNTED), f"{current} of {len(given)}")


def _open(standing):
    "Objections and doubts of now, then answers to lines that are gone"
    rows = [
        (line.code, line.heading, _said(remark))
        for line in standing.lines
        for remark in standing.current(line.key)
        if remark.answer != "agree"
    ]
    if rows:
        yield "### Open objections and doubts"
        yield ""
        yield from _table(("line", "what it is", "review"), rows)
    gone = [
        (escaped(answer.wording), f"{SAYS[answer.answer]}: {_who(review)}{_quoted(answer.comment)}")
        for answer, review in standing.gone
        if answer.comment or answer.answer != "agree"
    ]
    if gone:
        yield "### Answers to lines that are no longer in the pack"
        yield ""
        yield from _table(("wording then", "review"), gone)


def _note(remarks):
    now = [_said(remark) for remark in remarks if remark.is_current]
    before = [_said(remark) for remark in remarks if not remark.is_current]
    return "; ".join([*now, *(f"of an earlier wording: {said}" for said in before)])


def _said(remark):
    return f"{_who(remark.review)} {SAYS[remark.answer]}{_quoted(remark.comment)}"


def _who(review):
    return f"{escaped(review.reviewer)} ({review.date}, {escaped(review.version)})"


def _quoted(comment):
    return f": “{escaped(comment)}”" if comment else ""


def _counted(number, word):
    return f"{number} {word}{'' if number == 1 else 's'}"


def _table(head, rows):
    "With a bar within a cell as Markdown and HTML both show it"
    escaped = ([str(cell).replace("|", "&#124;") for cell in row] for row in rows)
    return markdown_table(head, escaped)
