"""Profiles as files: found by name or path, laid over the one they extend, checked, and kept with
the state."""

import re
import shutil
from pathlib import Path

from pipeline.core import SOURCES, YAML_ERRORS, InvalidProtocol, fault, read_yaml
from pipeline.profiles.check import checked_profile
from pipeline.profiles.profile import NAME
from pipeline.profiles.steward_map import STEWARD_MAP, steward_map


def read_profile(name, home=None, *, answers=None):
    """Read a profile: by its name, a site's own in `$B12_HOME/sources/` before those shipped; or
    from a path that ends in .yaml. What stewards answered for the source counts beside its maps.

    answers: the path of a stewards' map to be read in place of the one in the home. Raises
    InvalidProtocol with what is wrong and where.
    """
    path = _found(str(name), home)
    try:
        raw = _raw(path, home)
        own = answers or _steward_map(raw, home)
        if own and isinstance(raw.setdefault("maps", []), list):
            raw["maps"] = [*raw["maps"], own]
        return checked_profile(raw, path)
    except YAML_ERRORS as error:
        raise InvalidProtocol(
            f"The source profile {path} cannot be read: {fault(error)}."
        ) from None


def install_profile(name, home):
    """Put a profile given as a path into `$B12_HOME/sources/<profile>/`, with its maps and SELECTs;
    returns its Profile.

    Every later run, replay and DAG finds it there by its name.
    """
    profile = read_profile(name, home)
    if str(name).endswith(".yaml"):
        folder = home.sources / profile.name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = read_yaml(Path(name))
        selects = [file for select in _own_selects(raw) for file in select.values()]
        beside = [Path(file).name for file in (*raw.get("maps", ()), *selects)]
        for source, target in [
            (Path(name), f"{profile.name}.yaml"),
            *((Path(name).parent / source, source) for source in beside),
        ]:
            if source.resolve() != (folder / target).resolve():
                shutil.copyfile(source, folder / target)
    return profile


def read_profile_if_there(name, home):
    """The profile of a source whose rows are in the lake; None where it is gone or not valid, while
    its rows are still there."""
    try:
        return read_profile(name, home)
    except InvalidProtocol:
        return None


def _found(name, home):
    if name.endswith(".yaml"):
        if not Path(name).is_file():
            raise InvalidProtocol(
                f"There is no file {name}. Give the path of a profile, or the name of one in"
                " sources/."
            )
        return Path(name)
    folders = [*([home.sources / name] if home else []), SOURCES]
    for folder in folders:
        if re.fullmatch(r"[A-Za-z0-9_-]+", name) and (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    own = home.sources.glob("*/*.yaml") if home else ()
    known = ", ".join(sorted({found.stem for found in (*SOURCES.glob("*.yaml"), *own)}))
    raise InvalidProtocol(f"There is no source profile {name}. Known profiles: {known}.")


def _raw(path, home):
    "The YAML, laid over the profile it extends: keys of dicts one by one, everything else whole"
    raw = read_yaml(path)
    if isinstance(maps := raw.get("maps"), list):
        raw["maps"] = [path.parent / Path(name).name for name in maps]
        if any(own.name == STEWARD_MAP for own in raw["maps"]):
            raise InvalidProtocol(
                f"The source profile {path} names {STEWARD_MAP} under maps, which the pages write."
                " Give your map another name."
            )
    for select in _own_selects(raw):
        select |= {entity: path.parent / Path(str(file)).name for entity, file in select.items()}
    if "extends" not in raw:
        return raw
    if str(raw["extends"]).endswith(".yaml"):
        raise InvalidProtocol(
            f"The source profile {path} extends a file; give the name of a profile: ingest that one"
            " first, by its path."
        )
    base = (
        SOURCES / f"{raw['extends']}.yaml"
        if raw["extends"] == raw["profile"]
        else _found(str(raw["extends"]), home)
    )
    if base.resolve() == path.resolve():
        raise InvalidProtocol(f"The source profile {path} extends itself.")
    base = _raw(base, home)
    return _laid_over({"selects": base["profile"], **base}, raw)


def _steward_map(raw, home):
    "The map that stewards wrote for the source, where there is one"
    name = str(raw.get("profile"))
    path = steward_map(home, name) if home and NAME.fullmatch(name) else None
    return path if path and path.exists() else None


def _own_selects(raw):
    "The file names under `sql` of each kind of file, as entity -> file"
    kinds = raw.get("columns")
    tables = kinds.values() if isinstance(kinds, dict) else ()
    named = [table.get("sql") for table in tables if isinstance(table, dict)]
    return [select for select in named if isinstance(select, dict)]


def _laid_over(base, own):
    merged = {
        key: (
            _laid_over(base[key], value)
            if isinstance(base.get(key), dict) and isinstance(value, dict)
            else value
        )
        for key, value in own.items()
    }
    return {**base, **merged}
