"""Settings, errors, the clock, locks and files. Every other package may use it; it uses none
of them."""

from pipeline.core import clock, config, files
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
    restrict_umask,
)
from pipeline.core.environment import (
    described_settings,
    memory_of_a_file,
    revealed,
    settings,
    variable_of,
)
from pipeline.core.errors import (
    Failure,
    GateClosed,
    Growing,
    InvalidProtocol,
    LakeUnavailable,
    OutOfMemory,
    Refused,
    StorageError,
    UsageError,
    place_of,
)
from pipeline.core.files import (
    create_secret_file,
    flush,
    open_below,
    replacing,
    sha256_of,
    write_json,
)
from pipeline.core.locks import exclusive_lock, lock_if_free, remove_unlocked
from pipeline.core.names import printable, safe_name
from pipeline.core.yaml_text import (
    LOADER,
    YAML_ERRORS,
    fault,
    lines_of,
    parse_yaml,
    read_yaml,
    repeated_keys,
)

__all__ = [
    "DEFAULT_PACK",
    "ENTITIES",
    "EXPECTATIONS",
    "LOADER",
    "PROTOCOL",
    "REPOSITORY",
    "SOURCES",
    "SQL",
    "YAML_ERRORS",
    "Failure",
    "GateClosed",
    "Growing",
    "Home",
    "InvalidProtocol",
    "LakeUnavailable",
    "OutOfMemory",
    "Refused",
    "StorageError",
    "UsageError",
    "clock",
    "config",
    "create_secret_file",
    "described_settings",
    "exclusive_lock",
    "fault",
    "files",
    "flush",
    "lines_of",
    "lock_if_free",
    "memory_of_a_file",
    "open_below",
    "parse_yaml",
    "place_of",
    "printable",
    "read_yaml",
    "remove_unlocked",
    "repeated_keys",
    "replacing",
    "restrict_umask",
    "revealed",
    "safe_name",
    "settings",
    "sha256_of",
    "today",
    "variable_of",
    "write_json",
    "zone",
]
