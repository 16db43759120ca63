"""The secrets of an installation: made once, kept in a file that its owner alone reads. `make
secrets` writes `.env` for Docker."""

import base64
import os
import re
import secrets
from pathlib import Path

NAMES = (
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_API_SECRET_KEY",
    "AIRFLOW_DB_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "B12_ADMIN_PASSWORD",
    "B12_DB_PASSWORD",
    "B12_SECRET",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
)


def write(path):
    """Add to a file of `NAME=value` lines each secret that is missing there; what is there stays.
    Returns the names added."""
    missing = [name for name in NAMES if name not in read(path)]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.writelines(f"{name}={_new(name)}\n" for name in missing)
    return missing


def read(path):
    """The values of a file of `NAME=value` lines, by name; none if there is no file."""
    text = path.read_text() if path.exists() else ""
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def _new(name):
    if name == "AIRFLOW_FERNET_KEY":  # of a form of its own: 32 bytes
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32 if name.endswith(("KEY", "SECRET")) else 16)


if __name__ == "__main__":
    added = write(Path(".env"))
    print(
        f".env: {len(added)} secrets written."
        if added
        else ".env: all secrets exist; nothing was changed."
    )
