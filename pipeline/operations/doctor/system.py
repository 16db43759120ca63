"""Checks of the computer: Python, packages, disk, permissions, secrets."""

import os
import platform
import shutil
import stat
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from pipeline.core import REPOSITORY, counted, revealed, settings
from pipeline.erasure import ledger
from pipeline.operations.doctor.finding import look, ok, tried, wrong

GIGABYTE = 10**9
OTHERS = (
    "landing",
    "letters",
    "sources",
    "deadlines.yaml",
    "expectations.yaml",
    "single-sign-on.yaml",
    "airflow",
)  # the operator's own, without patients; and Airflow's
AIRFLOW_SECRETS = (
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
)


def of_system(home):
    """What is found of the computer."""
    yield ok(f"Python {platform.python_version()}")
    yield _packages()
    yield from _disk(home)
    yield tried("The permissions in the home", _modes, home)
    yield from _secrets()
    yield tried("The erasure key", _erasure_key, home)


def _packages():
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    named = [Requirement(line.split(" \\")[0]) for line in lines if "==" in line[:80]]
    pinned = [each for each in named if each.marker is None or each.marker.evaluate()]
    versions = {requirement.name: _version(requirement.name) for requirement in pinned}
    missing = [name for name, version in versions.items() if version is None]
    other = [
        requirement.name
        for requirement in pinned
        if (version := versions[requirement.name])
        and not requirement.specifier.contains(version, prereleases=True)
    ]
    if missing:
        return wrong(
            f"{len(missing)} of {len(pinned)} packages are not installed, for example {missing[0]}",
            "Type: make run, which installs them",
        )
    if other:
        differ = counted(len(other), "package differs", "packages differ")
        return look(
            f"{differ} from requirements.txt, for example {other[0]}",
            "Type: make clean run",
        )
    return ok(f"{len(pinned)} packages, as pinned in requirements.txt")


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _disk(home):
    if not home.root.is_dir():
        yield look(
            f"The home {home.root} does not exist yet",
            "Type: b12 ingest PATH --source PROFILE, or give another --home",
        )
        return
    disk = shutil.disk_usage(home.root)
    said = (
        f"{disk.free / GIGABYTE:,.1f} GB of {disk.total / GIGABYTE:,.1f} GB are free on the disk of"
        f" {home.root}"
    )
    if disk.free < GIGABYTE / 2:
        yield wrong(
            said,
            "Free some space: b12 compact, delete old backups, shorten the retention"
            " (B12_KEEP_RUNS_DAYS, B12_KEEP_ARCHIVE_DAYS); or move the home to a larger disk",
        )
    elif disk.free < max(5 * GIGABYTE, disk.total / 20):
        yield look(said, "Free some space before a run fails: b12 compact; shorten the retention")
    else:
        yield ok(said)


def _modes(home):
    open_ones = (
        [path for path in _paths(home.root) if stat.S_IMODE(path.lstat().st_mode) & 0o077]
        if home.root.is_dir()
        else []
    )
    if open_ones:
        are = "file or folder of the home is", "files or folders of the home are"
        open_to_others = counted(len(open_ones), *are)
        return wrong(
            f"{open_to_others} open to other accounts",
            f"Type: chmod -R go-rwx {home.root}; then open landing/ as needed",
        )
    return ok("Nothing in the home is open to other accounts (except landing/, if you opened it)")


def _paths(root):
    yield root
    for path in root.iterdir():
        if path.name not in OTHERS and not path.is_symlink():
            yield path
            if path.is_dir():
                yield from (child for child in path.rglob("*") if not child.is_symlink())


def _secrets():
    if (secret := revealed(settings().secret)) and len(secret) < 32:
        yield wrong(
            "$B12_SECRET is shorter than 32 characters",
            "Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    executor = os.environ.get("AIRFLOW__CORE__EXECUTOR")
    missing = [name for name in AIRFLOW_SECRETS if not os.environ.get(name)]
    if executor and missing:
        yield wrong(
            f"Airflow runs with {executor}, but these are not set: {', '.join(missing)}",
            "Set them to the same values for every service: make secrets",
        )
    elif executor:
        yield ok("Airflow's secrets are set")


def _erasure_key(home):
    if not settings().erasure_key and not (home.root / "erasure-key").exists():
        return ok("The erasure key is created when the first patient is erased")
    return ok(f"The erasure key can be used: {ledger.name_of(ledger.key_of(home))} in the ledger")
