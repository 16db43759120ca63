"""The copies in a backup's folder: only changed files are copied; the manifest is written last."""

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline import __version__
from pipeline.backup.contents import MANIFEST, STORE, manifest_of
from pipeline.backup.seal import backup_key, is_genuine, sealed, signed
from pipeline.core import StorageError, replacing, sha256_of, write_json

BLOCK = 1 << 22


class Mirror:
    "The copies in a backup's folder, with what the manifest will say of them"

    def __init__(self, home, folder):
        self.root, self.folder, self.copied, self.bytes = home.root, folder / "home", 0, 0
        self.key = backup_key()
        before = manifest_of(folder, is_needed=False)
        # what no signed manifest lists is copied anew
        is_trusted = is_genuine(before, self.key) if self.key else True
        self.before = before.get("files", {}) if is_trusted else {}
        self.files = {}
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, *names):
        """Copy what has changed; what vanished meanwhile was moved on or removed."""
        for name in names:
            self.take_as(name, name)

    def take_as(self, name, as_name):
        """Copy a file under another name, if it has changed."""
        with suppress(FileNotFoundError):
            self.files[as_name] = self._taken(as_name, self.root / name)

    def take_from(self, as_name, *, size, changed_ns, write):
        """Copy what lies outside the home, if it has changed: write(path) puts it into a file."""
        with suppress(FileNotFoundError):
            said = {"size": size, "mtime_ns": changed_ns}
            self.files[as_name] = self._copied(as_name, said, lambda copy: _written(write, copy))

    def _taken(self, name, path):
        if path.is_symlink():
            _link(self.folder / name, str(path.readlink()))
            return {"link": str(path.readlink())}
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise StorageError(f"{path} is not a file. Move it away, then back up again.")
        said = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
        return self._copied(name, said, lambda copy: _copy(path, copy))

    def _copied(self, name, said, write):
        copy, known = self.folder / name, self.before.get(name, {})
        if (
            {key: known.get(key) for key in said} == said
            and copy.is_file()
            and copy.stat().st_size == said["size"]
        ):
            return known
        said = said | {"sha256": write(copy), "size": copy.stat().st_size}
        self.copied, self.bytes = self.copied + 1, self.bytes + said["size"]
        return said

    def drop(self, names):
        """Take these for not copied."""
        for name in names:
            self.files.pop(name, None)

    def close(self, rows, erasure_key):
        """Remove what is in the home no more, and say last what is here; returns the counts of
        `backup`. erasure_key: as text, which only goes in where it can be sealed."""
        held = {Path(path).relative_to(self.folder).as_posix() for path in _every_file(self.folder)}
        for name in (gone := held - set(self.files)):
            (self.folder / name).unlink()
        _prune(self.folder)
        os.sync()
        said = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "code_version": __version__,
            "store": rows, "store_sha256": sha256_of(self.folder.parent / STORE),
            "files": dict(sorted(self.files.items())),
            "erasure_key": sealed(erasure_key, self.key) if self.key else None,
        }  # fmt: skip
        write_json(self.folder.parent / MANIFEST, signed(said, self.key))
        return {
            "files": len(self.files),
            "copied": self.copied,
            "removed": len(gone),
            "bytes": self.bytes,
            "store": rows,
            "is_signed": self.key is not None,
        }


def _copy(path, copy):
    "Copy a file; returns its SHA-256"
    copy.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with replacing(copy, is_flushed=False) as part:  # `close` flushes them all at once
        with path.open("rb") as source, part.open("wb") as target:
            while block := source.read(BLOCK):
                digest.update(block)
                target.write(block)
        shutil.copystat(path, part)
    return digest.hexdigest()


def _written(write, copy):
    "The same of what another writes"
    copy.parent.mkdir(parents=True, exist_ok=True)
    with replacing(copy, is_flushed=False) as part:
        write(part)
    return sha256_of(copy)


def _link(copy, to):
    copy.parent.mkdir(parents=True, exist_ok=True)
    with replacing(copy, is_flushed=False) as part:
        part.symlink_to(to)


def _every_file(folder):
    return [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]


def _prune(folder):
    for path in sorted(
        (path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()),
        reverse=True,
    ):
        with suppress(OSError):
            path.rmdir()
