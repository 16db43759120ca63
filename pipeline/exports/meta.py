"""The run of an export, and the alerts of its protocol."""

from dataclasses import dataclass, field

from pipeline.core import UsageError
from pipeline.protocol import pack_of_run
from pipeline.runs import read_manifest


@dataclass(frozen=True)
class Meta:
    """A run's id, as-of date (YYYY-MM-DD), protocol with version, and notice.

    alerts: (alert, priority, because) of each, in their order. actions: what each next step means,
    in words.
    """

    run_id: str
    as_of: str
    protocol: str
    notice: str
    alerts: tuple = ()
    actions: dict = field(default_factory=dict)


def meta_in(folder):
    """The Meta of the published run in a folder. Raises UsageError when the folder is gone, and
    InvalidProtocol when its pack is."""
    try:
        manifest = read_manifest(folder)
    except FileNotFoundError:
        raise UsageError(
            f"The run {folder.name} no longer exists in {folder.parent}. b12 runs lists the others."
        ) from None
    pack = pack_of_run(folder, manifest.protocol)
    return Meta(
        run_id=manifest.run_id,
        as_of=str(manifest.as_of),
        protocol=str(manifest.protocol),
        notice=pack.raw["notice"],
        actions=pack.raw["actions"],
        alerts=tuple(
            (row["outcome"], row["priority"], row["because"]) for row in pack.raw["safety"]
        ),
    )
