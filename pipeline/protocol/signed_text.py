"""What a signature of a pack counts for: its files, and the common tables that say what the names
in them mean."""

import hashlib

from pipeline.core import PROTOCOL

MEANINGS = (  # by our own names; what a delivered spelling stands for is no part of a pack
    "analytes.csv", "concept_routes.csv", "concepts.csv", "units.csv",
)  # fmt: skip


def signed_sha256(sha256):
    """The SHA-256, in hex, for which a signature of a pack is recorded. sha256: the pack's own, as
    of `Pack.sha256`."""
    tables = {name: (PROTOCOL / name).read_bytes() for name in MEANINGS}
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in tables.items()]
    text = "".join(f"{name} {digest}\n" for name, digest in [("pack", sha256), *digests])
    return hashlib.sha256(text.encode()).hexdigest()
