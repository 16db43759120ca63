"""What a run is asked to do: by which protocol pack, for which day, and for whom."""

from dataclasses import dataclass, replace
from datetime import date

from pipeline import quality
from pipeline.core import InvalidProtocol, StorageError, UsageError, settings
from pipeline.protocol import Pack, deciding_pack, pack_of_run, problems
from pipeline.runs import FORMER_LEFT, SHADOW_LEFT, PackVersion, RunManifest, known_manifest

SHOWN = 5  # problems of a pack that the error names


@dataclass(frozen=True)
class RunPlan:
    """pack: a sound protocol pack. watched: others that are asked for as shadows; watched_left: a
    sentence for each that was left out. before: the PackVersion of the run before, where that was
    another text, and former: its Pack, None where it cannot be read. changes: what the site changes
    about the gates. replay_of: the manifest of the run to screen again. The others: see
    `screen_population`."""

    pack: Pack
    as_of: date
    watched: tuple[Pack, ...] = ()
    watched_left: tuple[str, ...] = ()
    before: PackVersion | None = None
    former: Pack | None = None
    hold_warned: bool = False
    asked_by: str | None = None
    is_unattended: bool = False
    replay_of: RunManifest | None = None
    changes: quality.Changes = quality.NO_CHANGES

    @property
    def shadows(self):
        """The packs of which it is counted whom they would list: the watched ones, and the former,
        so that what a change of protocol does is counted the same night."""
        known = {each.sha256 for each in (self.pack, *self.watched)}
        is_one = self.former and self.former.sha256 not in known
        return (*self.watched, self.former) if is_one else self.watched

    @property
    def shadows_left(self):
        """A sentence for each shadow that was left out."""
        if self.before is None or self.former is not None:
            return self.watched_left
        left = f"{FORMER_LEFT}, {self.before}, cannot be read and was not counted."
        return (*self.watched_left, left)

    def state_after(self, outcomes, standing):
        """What becomes of the run by the outcomes of its gates and the PackStanding of its pack, as
        in `runs.folders`."""
        if self.replay_of:
            return "replay"
        if quality.closing_outcomes(outcomes):
            return "closed"
        return "held" if self.held_for(outcomes, standing) else "published"

    def held_for(self, outcomes, standing):
        """For what a run that no gate closed waits for a steward, as in its manifest."""
        must_be_signed = self.is_unattended and settings().require_signed_pack
        reasons = {
            "gate": self.hold_warned and quality.holding_outcomes(outcomes),
            "protocol": must_be_signed and not standing.is_in_order,
        }
        return tuple(name for name, holds in reasons.items() if holds)


def load_shadows(pack, names=None):
    """The checked packs of these names that are counted beside a Pack, and a sentence for each that
    was left out; without names, those of the setting, where one that cannot be used never stops a
    run. Raises UsageError where two of the names are one pack's, and InvalidProtocol."""
    if names is not None:
        shadows = [load_checked_pack(name) for name in names]
        called = [each.name for each in (pack, *shadows)]
        if twice := sorted({name for name in called if called.count(name) > 1}):
            raise UsageError(
                f"The protocol {', '.join(twice)} is asked for twice: the packs of one run have"
                " different names."
            )
        return tuple(shadows), ()
    shadows, left = {pack.name: pack}, []
    for name in shadow_names():
        try:
            shadow = load_checked_pack(name)
        except InvalidProtocol:
            left.append(f"{SHADOW_LEFT} {name} has problems and was left out.")
            continue
        if shadow.name in shadows:
            left.append(f"{SHADOW_LEFT} {shadow.name} decides already and was left out.")
        shadows.setdefault(shadow.name, shadow)
    return tuple(shadows.values())[1:], tuple(left)


def with_former(home, plan):
    """The RunPlan with what the run that was published last was screened by, where that was another
    pack, or another text of it."""
    latest = home.runs / "latest"
    last = known_manifest(latest.resolve()) if latest.exists() else None
    if not last or not PackVersion(**version_of(plan.pack)).change_from(last.protocol):
        return replace(plan, before=None, former=None)
    try:
        former = kept_pack(home, last)
    except (InvalidProtocol, StorageError):
        former = None
    return replace(plan, before=last.protocol, former=former)


def version_of(pack):
    """What a run's manifest says of a Pack: its name, version and SHA-256."""
    return {"pack": pack.name, "version": str(pack.raw["version"]), "sha256": pack.sha256}


def shadow_names():
    """The packs that the setting names, by name or path, to be counted beside every run."""
    return tuple(settings().shadow_packs.replace(",", " ").split())


def load_checked_pack(pack=None):
    """The protocol pack, read and without problems; without one, that of `B12_PROTOCOL`. Raises
    InvalidProtocol with the first problems, each with file and line."""
    return deciding_pack(pack, check=_checked)


def kept_pack(home, run):
    """As `load_checked_pack`, the pack by which the run of a RunManifest was screened."""
    return _checked(pack_of_run(home.runs / run.run_id, run.protocol))


def _checked(loaded):
    if found := problems(loaded):
        listed = "; ".join(f"{file}:{line}: {message}" for file, line, message in found[:SHOWN])
        raise InvalidProtocol(
            f"The protocol pack {loaded.name} has {len(found)} problems: {listed}. See `b12"
            " protocol check`."
        )
    return loaded


def parse_day(text):
    """A day written YYYY-MM-DD; a date stays as it is. Raises UsageError."""
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a valid date; write it as YYYY-MM-DD.") from None
