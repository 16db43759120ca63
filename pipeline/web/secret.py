"""The secret that signs sessions and forms."""

from pipeline.core import UsageError, create_secret_file, revealed, settings


def secret(home):
    """From `$B12_SECRET`, else from `web-secret` in the home, which is made once and read by its
    owner alone. Raises UsageError."""
    given = revealed(settings().secret)
    if given is not None and len(given) < 32:
        raise UsageError(
            "B12_SECRET is shorter than 32 characters. Make one: python -c 'import secrets;"
            " print(secrets.token_hex(32))'"
        )
    return given or _kept(home.root / "web-secret")


def _kept(path):
    create_secret_file(path)
    kept = path.read_text(encoding="ascii")
    if len(kept) < 32:
        raise UsageError(f"{path} is incomplete. Delete it; the next start creates a new one.")
    return kept
