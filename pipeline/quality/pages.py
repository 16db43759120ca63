"""Data Docs of a run, rendered from its validation.json on request."""

import json

from pipeline.quality.suites import prepare


def data_docs(path, stylesheet="/static/data_docs.css"):
    """The Data Docs of a run as one HTML page, from its validation.json. It loads its stylesheet
    and nothing else, and runs nothing."""
    prepare()
    from pipeline.quality.documents import page_of

    validations = json.loads(path.read_text(encoding="utf-8"))
    return page_of(validations, title=f"Data Docs of run {path.parent.name}", stylesheet=stylesheet)
