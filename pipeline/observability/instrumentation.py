"""What the walk tells of itself, as metrics and as lineage, where either is configured: files ingested, runs screened."""

import json
from datetime import UTC, datetime
from functools import wraps

from pipeline.observability import lineage, metrics
from pipeline.runs import newest_folder


def ingesting(function):
    """Around `ingest_claimed(home, claimed)`, which returns an account as a dict, or {} for a file that is another's."""

    @wraps(function)
    def observed(home, claimed):
        if not (metrics.is_on() or lineage.is_on()):
            return function(home, claimed)
        with metrics.timed("ingest"), lineage.ingesting(home, claimed["source"], claimed["name"]) as tell:
            account = function(home, claimed)
            tell(account)
        if account and account["entity"] != "reference":
            metrics.count_account(account)
        return account

    return observed


def screening(function):
    """Around `screen_population(home, …)`: what it published, or why not, is read from the folder that it left."""

    @wraps(function)
    def observed(home, *arguments, **named):
        if not (metrics.is_on() or lineage.is_on()):
            return function(home, *arguments, **named)
        began = datetime.now(UTC)
        try:
            with metrics.timed("screen"), lineage.screening(home, lambda: _run_since(home, began)):
                return function(home, *arguments, **named)
        finally:
            if (folder := _run_since(home, began)) and (manifest := read(folder, "manifest")):
                metrics.count_run(manifest, read(folder, "quality"), read(folder, "summary").get("priority", {}))

    return observed


def _run_since(home, began):
    "The folder of the newest run that began since then, whatever its gate said"
    found = newest_folder(home)
    started = read(found, "manifest").get("started") if found else None  # None: it is being moved just now
    return found if started and datetime.fromisoformat(started) >= began else None


def read(folder, name):
    """A file of a run as JSON; {} where a closed gate left none, or the folder is being moved."""
    try:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
