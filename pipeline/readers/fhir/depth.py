"""How deeply the lists and objects of a JSON text are nested."""

import re

import pyarrow as pa
import pyarrow.compute as pc

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def without_deep(texts, most):
    """Texts of which those that are nested more deeply than `most` are null, and how many these
    are."""
    opened = pc.add(*(pc.count_substring(texts, mark) for mark in "[{"))  # pyright: ignore[reportAttributeAccessIssue]
    suspects = [
        place
        for place, count in enumerate(opened.to_pylist())
        if count is not None and count > most
    ]
    deep = {place for place in suspects if _depth(texts[place].as_py(), most) > most}
    if not deep:
        return texts, 0
    kept = [None if place in deep else text for place, text in enumerate(texts.to_pylist())]
    return pa.array(kept, pa.string()), len(deep)


def _depth(text, most):
    "Of the deepest list or object, as far as one above `most`"
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > most:
                break
        elif mark in "]}":
            depth -= 1
    return deepest
