"""What the commands say of the signatures of protocols."""

from contextlib import closing

from pipeline import worklist
from pipeline.cli.commands.terminal import say, show
from pipeline.core import StorageError, UsageError, settings
from pipeline.exports import as_rows
from pipeline.operations import pack_standing_of
from pipeline.protocol import load, shipped_packs

COLUMNS = ("protocol", "signed_on", "name", "role", "recorded_by", "text")
DIGITS = 12  # of a SHA-256


def list_signatures(home, options):
    """Show the signatures of all protocols, or of one pack, newest first."""
    pack = load(options.pack) if options.pack else None
    found = []
    if worklist.has_store(home):
        with closing(worklist.open_store(home)) as store:
            found = worklist.protocol_signatures(store, pack.name if pack else None)
    form = options.format or "table"
    empty = "No protocol was signed. Type: b12 protocol sign PACK --name NAME"
    show(as_rows([_row(one, pack, form) for one in found], form, COLUMNS, empty=empty))


def _row(one, pack, form):
    is_present = pack is not None and one.sha256 == pack.signed_sha256
    text = "the present one" if is_present else "another one" if pack else ""
    row = {
        "protocol": one.protocol, "signed_on": str(one.signed_on), "name": one.name,
        "role": one.role, "recorded_by": one.who,
        "text": text or f"{one.sha256[:DIGITS]}…",
    }  # fmt: skip
    if form != "json":
        return row
    return row | {"text": text or None, "sha256": one.sha256}


def tell_signature(home, pack, *, tell=say):
    """Print whether the present text of a pack is signed in this home, and its review due. tell:
    prints a line, `complain` where the output is a document."""
    protocol = pack.versioned_name
    try:
        standing = _standing(home, pack, protocol)
    except (StorageError, UsageError) as error:
        tell(f"Whether {protocol} is signed is not known: {error}")
        return
    if standing.signature:
        tell(f"Signed by {standing.signature.by}.")
    for warning in standing.warnings:
        tell(f"Warning: {warning}")
    if not standing.signature:
        typed = _typed(protocol)
        tell(f"Signatures are kept in {home.root}. To sign: b12 protocol sign{typed} --name NAME")


def _typed(protocol):
    "What is typed for a pack: its name where it is a shipped one, else its path"
    name = protocol.split()[0]
    return "" if name == settings().protocol else f" {name}" if name in shipped_packs() else " PACK"


def _standing(home, pack, protocol):
    if not worklist.has_store(home):
        return worklist.PackStanding(protocol, None, next_review=pack.raw["next_review"])
    with closing(worklist.open_store(home)) as store:
        return worklist.standing_of_pack(store, pack)


def tell_pack_of(home, run_id):
    """Print, in one line, what is not in order with the protocol of a run; else nothing."""
    with closing(worklist.open_store(home)) as store:
        standing = pack_standing_of(home, store, run_id)
    if standing and not standing.is_in_order:
        typed = _typed(standing.protocol)
        say(f"{' '.join(standing.warnings)} Type: b12 protocol check{typed}")
