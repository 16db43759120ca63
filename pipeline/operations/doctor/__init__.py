"""The doctor: checks an installation without changing it, and says what is wrong and what to do."""

from itertools import chain

from pipeline.operations.doctor.finding import Finding
from pipeline.operations.doctor.settings import of_settings, unusable_settings
from pipeline.operations.doctor.state import of_state
from pipeline.operations.doctor.system import of_system

__all__ = ["Finding", "examine"]


def examine(home, *, is_deep=False):
    """Every Finding about an installation. is_deep: the archived files are held against their
    SHA-256, too; minutes. Where a setting cannot be used, that alone: all else depends on it."""
    if unusable := list(unusable_settings()):
        return unusable
    return list(chain(of_system(home), of_settings(home), of_state(home, is_deep=is_deep)))
