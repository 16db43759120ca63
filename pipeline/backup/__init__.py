"""Mirror a home while the pipeline runs, and restore it."""

from pipeline.backup.create import create_backup
from pipeline.backup.restore import restore_backup

__all__ = [
    "create_backup",
    "restore_backup",
]
