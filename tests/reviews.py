"""Reviews of a pack of a test's own, as the page would save them."""

import json

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.core.files import sha256_of
from pipeline.protocol.pack import load
from pipeline.review.lines import sections

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")


def own_pack(folder, text=TEXT):
    """A pack in a folder of its own, in which its reviews are kept."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{DEFAULT_PACK}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def line(pack, key):
    """The line of this key."""
    return next(line for part in sections(pack) for line in part.lines if line.key == key)


def returned(pack, answers, **changes):
    """A review as a dict. answers: (answer, comment) by key."""
    given = [
        {"key": key, "digest": line(pack, key).digest, "answer": answer, "comment": comment}
        for key, (answer, comment) in answers.items()
    ]
    whole = {
        "form": "b12-protocol-review", "form_version": 1, "pack": pack.name, "version": str(pack.raw["version"]),
        "sha256": sha256_of(pack.path), "reviewer": "Ada Example", "role": "haematologist", "date": "2026-11-20", "answers": given,
    }  # fmt: skip
    return {**whole, **changes}


def write(path, value):
    """Write what came back into a file; returns the file."""
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path
