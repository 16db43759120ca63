"""With which maps the rows in the lake were read: noted with each ingest, so that it can be said
whether a replay would read them otherwise."""

from pipeline import lake
from pipeline.core import Malformed, read_json, write_json
from pipeline.profiles import digest_of

NOTE = "maps-read-with.json"
EARLIER = "before this was noted"
_ACCEPTED = "select file from lake.delivery where refused is null limit 1"


def note_maps(home, profile):
    """Note the maps of a profile whose rows are about to go into the lake. Under the lock
    `ingest`."""
    known, digest = _known(home), digest_of(profile.maps)
    if known is None:
        known = {EARLIER: []} if _has_rows(home) else {}
    used = known.get(profile.name, [])
    if digest not in used:
        write_json(home.root / NOTE, {**known, profile.name: [*used, digest]})


def _has_rows(home):
    return lake.exists(home) and bool(lake.query(home, _ACCEPTED, only=()))


def begin_note(home):
    """Begin the note of a lake that is made anew."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_json(home.root / NOTE, {})


def put_note(home, new):
    """Put the note of a new lake into the place of that of the old one, which it has replaced."""
    write_json(home.root / NOTE, _known(new) or {})


def is_replay_due(home, profile):
    """Whether rows of a source in the lake were read with other maps than its profile has now; None
    where it is not known."""
    known = _known(home)
    used = (known or {}).get(profile.name, [])
    if any(digest != digest_of(profile.maps) for digest in used):
        return True
    return None if known is None or EARLIER in known else False


def _known(home):
    "None where there is no note, or one that cannot be read"
    try:
        known = read_json(home.root / NOTE)
    except (OSError, Malformed):
        return None
    is_ours = isinstance(known, dict) and all(isinstance(one, list) for one in known.values())
    return known if is_ours else None
