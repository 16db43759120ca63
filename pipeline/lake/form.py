"""The form of the lake: a number that says which version of the program can read it."""

from pipeline.core import LakeUnavailable, read_json, write_json
from pipeline.lake.places import Prefix, check_is_ours, make_prefix, place_of

FORM = 3  # 2: results without their method
# 1: rejected rows without their patient, too; the archive did not note what an erasure changed
NOTE = "form.json"


def form_of(home):
    """The number of the lake's form; FORM where there is no lake yet. Raises LakeUnavailable."""
    place = place_of(home)
    if place is None or isinstance(place, Prefix):
        return FORM if place is None else place.form
    folder = place.path
    try:
        return int(read_json(folder / NOTE)["form"])
    except FileNotFoundError:
        return 1 if folder.exists() and any(folder.iterdir()) else FORM
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        raise LakeUnavailable(
            f"{folder / NOTE} cannot be read. Restore the lake from a backup: b12 restore"
        ) from None


def note_form(home):
    """Say of a lake that is made just now that it has this program's form; returns its place."""
    place = place_of(home)
    if place is None:
        return make_prefix(home, FORM)
    if isinstance(place, Prefix):
        check_is_ours(home)
        return place
    place.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not any(place.path.iterdir()):
        write_json(place.path / NOTE, {"form": FORM})
    return place


def check_form(home):
    """Raises LakeUnavailable where the lake has an older form, or a newer one, than this program
    reads."""
    form = form_of(home)
    if form > FORM:
        raise LakeUnavailable(
            f"The lake under {home.lake_name} was written by a newer version of b12-screening (form"
            f" {form}; this one reads {FORM}). Use that version, or restore an older backup."
        )
    if form < FORM:
        raise older(home)


def older(home):
    """The error for a lake of an older form."""
    return LakeUnavailable(
        f"The lake under {home.lake_name} was written by an earlier version of b12-screening. Bring"
        " it to this one: b12 upgrade"
    )
