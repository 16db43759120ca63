"""A random secret in a file of the home."""

import os
import secrets


def make_once(path):
    """Write 64 random hex characters into a file that its owner alone reads; one that is there already stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
