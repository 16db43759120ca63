"""Mirror a home while the pipeline runs, restore it, and bring an older one to this form."""

from pipeline.backup.create import create_backup
from pipeline.backup.restore import restore_backup
from pipeline.backup.upgrade import upgrade_home

__all__ = [
    "create_backup",
    "restore_backup",
    "upgrade_home",
]
