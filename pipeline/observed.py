"""What the walk tells of itself, as metrics and as lineage, where either is configured: files ingested, runs screened."""

import json
from datetime import UTC, datetime
from functools import wraps

from pipeline import lineage, metrics


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
            if folder := _run_since(home, began):
                metrics.count_run(read(folder, "manifest"), read(folder, "quality"), read(folder, "summary").get("priority", {}))

    return observed


def _run_since(home, began):
    "The folder of the newest run that began since then, whatever its gate said"
    found = [path.parent for path in home.runs.glob("*/manifest.json") if not path.parent.is_symlink()]
    found = [folder for folder in found if datetime.fromisoformat(read(folder, "manifest")["started"]) >= began]
    return max(found, key=lambda folder: read(folder, "manifest")["started"], default=None)


def read(folder, name):
    """A file of a run as JSON; {} where a closed gate left none."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
