"""The computer under the installation: Python, packages, disk, rights, secrets."""

import os
import platform
import shutil
import stat
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from pipeline.core import REPOSITORY, revealed, settings
from pipeline.erasure import ledger
from pipeline.operations.doctor.finding import look, ok, tried, wrong

GIGABYTE = 10**9
OTHERS = (
    "landing",
    "sources",
    "deadlines.yaml",
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
    yield tried("The rights in the home", _modes, home)
    yield from _secrets()
    yield tried("The key of erasures", _erasure_key, home)


def _packages():
    pinned = [
        Requirement(line.split(" \\")[0])
        for line in (REPOSITORY / "requirements.txt").read_text().splitlines()
        if "==" in line[:80]
    ]
    pinned = [one for one in pinned if one.marker is None or one.marker.evaluate()]
    versions = {one.name: _version(one.name) for one in pinned}
    missing = [name for name, version in versions.items() if version is None]
    other = [
        one.name
        for one in pinned
        if (version := versions[one.name]) and not one.specifier.contains(version, prereleases=True)
    ]
    if missing:
        return wrong(
            f"{len(missing)} of {len(pinned)} packages are not installed, {missing[0]} for one",
            "Type: make run, which installs them",
        )
    if other:
        return look(
            f"{len(other)} packages are of other versions than requirements.txt pins, {other[0]}"
            " for one",
            "Type: make clean run",
        )
    return ok(f"{len(pinned)} packages, as requirements.txt pins them")


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _disk(home):
    if not home.root.is_dir():
        yield look(
            f"There is no home {home.root} yet",
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
            "Make room: b12 compact, older backups, B12_KEEP_RUNS_DAYS; or move the home to a"
            " larger disk",
        )
    elif disk.free < max(5 * GIGABYTE, disk.total / 20):
        yield look(said, "Make room before a night fails: b12 compact, B12_KEEP_RUNS_DAYS")
    else:
        yield ok(said)


def _modes(home):
    open_ones = (
        [path for path in _paths(home.root) if stat.S_IMODE(path.lstat().st_mode) & 0o077]
        if home.root.is_dir()
        else []
    )
    if open_ones:
        return wrong(
            f"{len(open_ones)} files or folders of the home are open to others",
            f"Type: chmod -R go-rwx {home.root}; then landing/ as you need it",
        )
    return ok("Nothing in the home is open to other accounts (landing/ is yours to open)")


def _paths(root):
    yield root
    for path in root.iterdir():
        if path.name not in OTHERS and not path.is_symlink():
            yield path
            if path.is_dir():
                yield from (one for one in path.rglob("*") if not one.is_symlink())


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
            f"Airflow runs with {executor}, without {', '.join(missing)}",
            "Set them, the same for every service: make secrets",
        )
    elif executor:
        yield ok("Airflow's secrets are set")


def _erasure_key(home):
    if not settings().erasure_key and not (home.root / "erasure-key").exists():
        return ok("The key of erasures is made when the first patient is erased")
    return ok(
        f"The key of erasures can be used: {ledger.name_of(ledger.key_of(home))} in the ledger"
    )
