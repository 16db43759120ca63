"""What differs between two packs, as text."""

SECTION_TITLES = {
    "bands": "Limits", "settings": "Settings", "monitoring_checks": "Checks of a treatment",
    "facts": "Facts", "derived": "Derived facts", "concepts": "Meaning of concepts",
    "next_step": "Rules of the next step", "safety": "Safety alerts", "cause": "Causes",
    "flags": "Flags", "cohorts": "Cohorts", "actions": "Texts of the next steps",
}  # fmt: skip


def difference_in_words(difference):
    """A protocol.Difference as a sentence."""
    name, of = difference.name, f" {difference.of}" if difference.of else ""
    said = f"{name}: {difference.what}{of}" if difference.what == "moved" else f"{name}:{of}"
    match difference.before, difference.after:
        case None, None:
            return said
        case None, after if difference.what == "added":
            return f"{name} was added: {after}"
        case before, None if difference.what == "removed":
            return f"{name} was removed: {before}"
        case before, after:
            means = f" ({difference.means})" if difference.means else ""
            return f"{said} {before or 'nothing'} → {after or 'nothing'}{means}"
