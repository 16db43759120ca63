"""What a pack takes over from the pack that it is based on: words and numbers, never a rule."""

BY_ENTRY = ("settings", "bands", "facts", "derived", "sources")


def merged(own, base):
    """What the YAML of a pack holds, with all that it inherits: an entry of its own stands in the
    place of the base's. Rules, actions and cohorts are its own alone, since who signs reads them in
    its file."""
    raw = dict(own)
    for section in BY_ENTRY:
        raw[section] = {**base[section], **(own.get(section) or {})}
    raw["derived"] = _in_order(raw["derived"])
    raw["monitoring_checks"] = own.get("monitoring_checks") or base["monitoring_checks"]
    flags = own.get("flags") or []
    listed = {row["id"] for row in flags}
    inherited = [row for row in base["flags"] if row.get("evidence") and row["id"] not in listed]
    return raw | {"flags": [*flags, *inherited]}


def _in_order(derived):
    "Each after those that it reads, else as it was: one of the pack may replace one of the base"
    waiting, found = dict(derived), {}
    while waiting:
        ready = next((fact for fact in waiting if not _reads(waiting[fact]) & {*waiting}), None)
        fact = ready or next(iter(waiting))  # in a circle: the check says that it is one
        found[fact] = waiting.pop(fact)
    return found


def _reads(entry):
    return {fact for when in entry["yes_when"] for fact in when}


def is_own(own, where):
    """Whether the value at a way, such as `("bands", "b12")`, of the merged pack is in the pack's
    own YAML; else it is the base's."""
    section, *rest = where
    if section == "flags":
        return not rest or rest[0] < len(own.get("flags") or [])
    return section not in BY_ENTRY or not rest or rest[0] in (own.get(section) or {})
