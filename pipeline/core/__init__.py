"""Settings, errors, the clock, locks and files: what every other package may use, and what uses none of them."""

from pipeline.core import clock, config, secret_file
from pipeline.core.beneath import beneath
from pipeline.core.clock import today, zone
from pipeline.core.config import (
    DEFAULT_PACK,
    ENTITIES,
    EXPECTATIONS,
    PROTOCOL,
    REPOSITORY,
    SOURCES,
    SQL,
    Home,
    memory_limit,
    restrict_umask,
)
from pipeline.core.errors import Failure, GateClosed, Growing, InvalidProtocol, LakeUnavailable, Refused, UsageError
from pipeline.core.locks import alone, lock_if_free, remove_unlocked
from pipeline.core.secret_file import create_secret_file
from pipeline.core.yaml_text import LOADER, YAML_ERRORS, fault, read_yaml

__all__ = ["DEFAULT_PACK", "ENTITIES", "EXPECTATIONS", "YAML_ERRORS", "Failure", "GateClosed", "Growing", "Home", "InvalidProtocol", "LOADER", "LakeUnavailable", "PROTOCOL", "REPOSITORY", "Refused", "SOURCES", "SQL", "UsageError", "alone", "beneath", "clock", "config", "fault", "restrict_umask", "create_secret_file", "memory_limit", "read_yaml", "remove_unlocked", "secret_file", "today", "lock_if_free", "zone"]
