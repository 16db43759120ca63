"""Of which run an export is, and what its protocol says of alerts."""

import json
from dataclasses import dataclass, field

from pipeline.core import UsageError
from pipeline.protocol import load


@dataclass(frozen=True)
class Meta:
    """A run's id, as-of date (YYYY-MM-DD), protocol with version, and notice; `alerts`: (alert, priority, because) in their order.

    actions: what each next step means, in words.
    """

    run_id: str
    as_of: str
    protocol: str
    notice: str
    alerts: tuple = ()
    actions: dict = field(default_factory=dict)


def meta_in(folder):
    """The Meta of the published run in a folder. Raises UsageError when the folder is gone, and InvalidProtocol when its pack is."""
    try:
        return meta_of(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UsageError(f"The run {folder.name} is not there any more: {folder}.") from None


def meta_of(manifest):
    """The Meta of a published run, out of its manifest. Raises InvalidProtocol when its pack is gone."""
    pack = load(manifest["protocol"]["pack"])
    return Meta(
        run_id=manifest["run_id"], as_of=manifest["as_of"],
        protocol=f"{manifest['protocol']['pack']} {manifest['protocol']['version']}", notice=pack.raw["notice"],
        actions=pack.raw["actions"], alerts=tuple((row["outcome"], row["priority"], row["because"]) for row in pack.raw["safety"]),
    )  # fmt: skip
