"""Letters as a file: a PDF, or a CSV for a mailing house or for a sender of SMS."""

import csv
import io
from dataclasses import dataclass

from pipeline.core import UsageError
from pipeline.exports import escaped, escaped_beginning
from pipeline.letters.paper import as_pdf

BOM = "\ufeff"  # by which a spreadsheet knows UTF-8


@dataclass(frozen=True)
class FileForm:
    """How letters are served as a file."""

    title: str
    media_type: str


FORMS = {
    "pdf": FileForm("PDF", "application/pdf"),
    "csv": FileForm("CSV", "text/csv; charset=utf-8"),
}
FORMS_OF = {"letter": ("pdf", "csv"), "clinician": ("pdf", "csv"), "sms": ("csv",)}  # by kind
TEXTS = ("phone", "text")
POST = ("patient_id", "to", "name", "postcode_area", "language", "date", "subject", "text")


def file_of(letters, form):
    """The bytes of a file with letters of one kind. form: one of FORMS_OF its kind. Raises
    UsageError."""
    kinds = {letter.kind for letter in letters}
    if not letters or any(form not in FORMS_OF[kind] for kind in kinds):
        raise UsageError("There is no such file of these letters. Choose PDF or CSV.")
    if form == "pdf":
        return as_pdf(letters)
    return _texts_csv(letters) if kinds == {"sms"} else _post_csv(letters)


def _texts_csv(letters):
    # the number is digits alone, perhaps after a +, which a spreadsheet can only read as a number
    return _csv(TEXTS, ([letter.phone, _words(letter)] for letter in letters))


def _post_csv(letters):
    return _csv(
        POST,
        (
            [*(escaped(cell or "") for cell in _metadata(letter)), _words(letter)]
            for letter in letters
        ),
    )


def _metadata(letter):
    return (
        letter.patient_id, letter.to, letter.name, letter.postcode_area, letter.language,
        letter.today, letter.subject,
    )  # fmt: skip


def _words(letter):
    """The text of a letter as its template has it: a line that begins with a hyphen stays so, since
    a spreadsheet runs only what begins a cell. A name in it is escaped as in its own column: a
    spreadsheet that divides by semicolons would begin a cell with each line."""
    text = letter.text
    for name in filter(None, dict.fromkeys((letter.to, letter.name))):
        text = text.replace(name, escaped(name))
    return escaped_beginning(text)


def _csv(columns, lines):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([columns, *lines])
    return (BOM + out.getvalue()).encode()
