"""What was not read of a table, or was not there, in sentences for the operator."""

from pipeline.core import SOURCES
from pipeline.profiles import flat


def notes_on(header, profile, kind):
    """Sentences on the columns of a TableHeader that have no name, and on optional columns of a
    site's own profile that the file lacks."""
    notes = []
    if header.nameless == 1:
        notes.append("1 column without a name was not read")
    elif header.nameless:
        notes.append(f"{header.nameless} columns without a name were not read")
    if not _is_shipped(profile) and (lacking := _lacking(header, profile.columns[kind])):
        notes.append(f"optional columns that the file does not have: {', '.join(lacking)}")
    return tuple(notes)


def _is_shipped(profile):
    "A shipped profile, or one that lies over it, names more columns than a file has"
    names = (profile.name, profile.extends)
    return any(name and (SOURCES / f"{name}.yaml").is_file() for name in names)


def _lacking(header, table):
    listed = [name for part in table.parts for name in flat(part.optional.values())]
    return [name for name in dict.fromkeys(listed) if name.lower() not in header.names]
