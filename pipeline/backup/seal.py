"""The seal of a backup: a signature of its manifest, and the key of the erasure ledger in
ciphertext, both under a key that is kept elsewhere."""

import base64
import hashlib
import hmac
import json

from cryptography.fernet import Fernet, InvalidToken

from pipeline.core import StorageError, UsageError, revealed, settings

SHORTEST = 32  # characters
SIGNATURE = "signature"


def backup_key():
    """`$B12_BACKUP_KEY` as bytes, or None. Raises UsageError where it is too short."""
    key = revealed(settings().backup_key)
    if key is not None and len(key) < SHORTEST:
        raise UsageError(f"$B12_BACKUP_KEY needs at least {SHORTEST} characters.")
    return key and key.encode()


def signed(manifest, key):
    """The manifest with the HMAC-SHA256 of all it says, in hex; as it is where there is no key."""
    return manifest | {SIGNATURE: _signature(manifest, key)} if key else manifest


def is_genuine(manifest, key):
    """Whether a manifest is one that was signed with this key."""
    told = manifest.get(SIGNATURE)
    if not key or not isinstance(told, str):
        return False
    return hmac.compare_digest(told.encode(), _signature(manifest, key).encode())


def check_signature(folder, manifest):
    """Raises StorageError unless the backup was signed with `$B12_BACKUP_KEY`."""
    key = backup_key()
    if is_genuine(manifest, key):
        return
    if SIGNATURE not in manifest:
        what, todo = "is not signed", "Choose a signed one"
    elif key is None:
        what, todo = "is signed, and the key is not known", "Set $B12_BACKUP_KEY"
    else:
        what, todo = "was changed, or signed with another key", "Choose another one"
    raise StorageError(
        f"The backup {folder} {what}, so nothing was restored. {todo} or, if you trust everyone"
        " who can write to the folder, add --unsigned."
    )


def sealed(text, key):
    """A text that only this key opens."""
    return Fernet(_cipher_key(key)).encrypt(text.encode()).decode()


def unsealed(token, key):
    """The text that was sealed with this key. Raises StorageError."""
    try:
        return Fernet(_cipher_key(key)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise StorageError(
            "The erasure key in the backup was sealed with another $B12_BACKUP_KEY. Set that one."
        ) from None


def _signature(manifest, key):
    said = {name: value for name, value in manifest.items() if name != SIGNATURE}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new(_derived(key, "signature"), text.encode(), hashlib.sha256).hexdigest()


def _cipher_key(key):
    return base64.urlsafe_b64encode(_derived(key, "erasure key"))


def _derived(key, purpose):
    "A key of its own for each purpose"
    return hmac.new(key, f"b12 backup {purpose}".encode(), hashlib.sha256).digest()
