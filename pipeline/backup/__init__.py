"""Mirror a home while the pipeline runs, and restore it."""

from pipeline.backup.create import backup
from pipeline.backup.restore import restore

__all__ = [
    "backup",
    "restore",
]
