"""Deliveries in an object store: brought into `landing/` whole, then put aside in the store, never
deleted there."""

from airflow.sdk import ObjectStoragePath

from pipeline.core import Home, settings
from pipeline.landing import copy_into_landing, is_control_file, is_partial

TAKEN = "taken"


def objects(url):
    """The objects below a URL that are not an upload under way, as `{name: what the store says of
    it}`; notes on deliveries last."""
    root = ObjectStoragePath(url)
    root.fs.invalidate_cache()
    found = {
        key.removeprefix(root.path.rstrip("/") + "/"): about
        for key, about in root.fs.find(root.path, detail=True).items()
    }
    wanted = [
        name
        for name in found
        if "/" in name and not any(is_partial(part) for part in name.split("/"))
    ]
    return {
        name: found[name] for name in sorted(wanted, key=lambda name: (is_control_file(name), name))
    }


def fetch(home=None):
    """Bring every object of `$B12_LANDING_URL` into `landing/`; returns how many came. Without the
    variable there is nothing to do.

    Then it is moved into `taken/` beside the landing place. Cut short at any point it is brought
    again, and ingested once. An object that was written anew meanwhile stays for the next time, and
    so does one whose place in `landing/` another file still has.
    """
    url, home = settings().landing_url, home or Home.from_environment()
    return (
        sum(
            _fetch(home, ObjectStoragePath(url), name, about)
            for name, about in objects(url).items()
        )
        if url
        else 0
    )


def _fetch(home, root, name, about):
    source = root / name
    if not copy_into_landing(home, source, name):
        return 0
    source.fs.invalidate_cache()  # it remembers what it listed
    if source.fs.info(source.path).get("ETag") != about.get("ETag"):
        return 0
    aside = root.parent / f"{TAKEN}-{root.name}" / name
    source.fs.mv(source.path, aside.path)
    return 1
