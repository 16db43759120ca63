"""Forget a patient in files of messages and resources: their places stay, empty, so that all others keep their line."""

import json
import re


def erase_messages(path, ids):
    """HL7 v2: every message whose PID or MRG names one of the ids becomes blank lines; returns how many."""
    mine = re.compile(rb"(?:^|[|^~&])(?:" + b"|".join(re.escape(one.encode()) for one in ids) + rb")(?=[|^~&\r\n]|$)")
    erased, out = 0, []
    for message in re.split(
        rb"(?=^(?:\x0b)?(?:MSH|FHS|BHS|BTS|FTS)[^A-Za-z0-9])", path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n"), flags=re.M
    ):
        named = [line for line in message.split(b"\n") if line.startswith((b"PID", b"MRG"))]
        if any(mine.search(line) for line in named):
            erased, message = erased + 1, b"\n" * message.count(b"\n")
        out.append(message)
    if erased:
        path.with_suffix(".part").write_bytes(b"".join(out))
        path.with_suffix(".part").replace(path)
    return erased


def erase_resources(path, ids):
    """FHIR: a line of NDJSON becomes a blank line, an entry of a Bundle an empty one, a lone resource an empty Bundle; returns how many."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        whole = json.loads(text)
    except ValueError:
        lines = text.split("\n")
        kept = ["" if _is_of(_parsed(line), ids) else line for line in lines]
        erased, text = sum(old != new for old, new in zip(lines, kept, strict=True)), "\n".join(kept)
    else:
        erased = _empty_entries(whole, ids)
        text = json.dumps(whole, ensure_ascii=False)
    if erased:
        path.with_suffix(".part").write_text(text, encoding="utf-8")
        path.with_suffix(".part").replace(path)
    return erased


def _parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def _empty_entries(whole, ids):
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        if not _is_of(whole, ids):
            return 0
        whole.clear()
        whole.update({"resourceType": "Bundle", "type": "collection", "entry": [{}]})
        return 1
    entries = whole.get("entry", [])
    urls = {entry.get("fullUrl") for entry in entries if _is_patient(entry.get("resource"), ids)} - {None}
    mine = [place for place, entry in enumerate(entries) if _is_of(entry.get("resource"), ids, urls)]
    for place in mine:
        entries[place] = {}
    return len(mine)


def _is_patient(resource, ids):
    numbers = {one.get("value") for one in resource.get("identifier", ())} | {resource.get("id")} if isinstance(resource, dict) else set()
    return isinstance(resource, dict) and resource.get("resourceType") == "Patient" and bool(numbers & set(ids))


def _is_of(resource, ids, urls=frozenset()):
    "Whether a resource is this patient, or refers to them anywhere"
    return _is_patient(resource, ids) or any(_refers(reference, ids, urls) for reference in _references(resource))


def _references(node):
    if isinstance(node, dict):
        if "reference" in node or "identifier" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)


def _refers(node, ids, urls):
    reference, identifier = node.get("reference"), node.get("identifier")
    named = (
        isinstance(reference, str) and re.sub(r"/_history/.*$", "", reference).rsplit("Patient/", 1)[-1].removeprefix("urn:uuid:") in ids
    )
    return (
        named
        or (reference in urls if isinstance(reference, str) else False)
        or (isinstance(identifier, dict) and identifier.get("value") in ids)
    )
