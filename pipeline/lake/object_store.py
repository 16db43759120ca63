"""The object store in which a lake lies where `$B12_LAKE_URL` names one: its files, as DuckDB and
deltalake reach them.

Credentials, region and address come from the variables AWS_… alone, and are in no message.
"""

import errno
import os
import re
from contextlib import contextmanager
from functools import cache

from deltalake.exceptions import DeltaError

from pipeline.core import LAKE_URL, LakeUnavailable, UsageError
from pipeline.engine import EngineError, fault_of_lake, is_of_object_store

BLOCK = 16 << 20  # bytes of a part of an upload; a file has 10,000 at most
CONNECT_SECONDS, READ_SECONDS = 5, 15  # for an answer, before the request is sent again
ATTEMPTS = 6  # of a request, a quarter of a minute in all, unless $AWS_MAX_ATTEMPTS says otherwise
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # where a copy of an object goes
KEPT = 10_000  # sizes of files, which never change under their names


def storage_options(home):
    """The options of deltalake: a commit is a conditional put, so that of two at once one is told,
    and commits after the other. Raises UsageError."""
    if home.lake_url is None:
        return None
    check_address(home)
    endpoint = {"aws_endpoint": url} if (url := _endpoint()) else {}
    return endpoint | {
        "aws_conditional_put": "etag", "aws_s3_allow_unsafe_rename": "false",
        "connect_timeout": f"{CONNECT_SECONDS}s", "timeout": f"{2 * READ_SECONDS}s",
        "max_retries": str(_attempts()), "backoff_config.init_backoff": "500ms",
        "retry_timeout": "60s",
    }  # fmt: skip


def _attempts():
    try:
        return max(1, int(os.environ.get("AWS_MAX_ATTEMPTS") or ATTEMPTS))
    except ValueError:
        raise UsageError("$AWS_MAX_ATTEMPTS is not a number.") from None


def check_address(home):
    """Raises UsageError where the address of the lake, or of its store, cannot be used."""
    if not re.fullmatch(LAKE_URL, home.lake_url):
        raise UsageError("$B12_LAKE_URL is not an address such as s3://bucket/prefix.")
    if (_endpoint() or "").startswith("http://") and os.environ.get("AWS_ALLOW_HTTP") != "true":
        raise UsageError(
            "$AWS_ENDPOINT_URL is without TLS, so patients' data would travel in the clear. Use"
            " https, or set AWS_ALLOW_HTTP=true where the network is yours alone."
        )


def _endpoint():
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def files_of(home):
    """The file system, as fsspec has it, in which a home's lake lies. Raises UsageError."""
    check_address(home)
    return _kind()(
        endpoint_url=_endpoint(), use_listings_cache=False,
        default_block_size=BLOCK, default_cache_type="none",
        config_kwargs={
            "connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS,
            "retries": {"mode": "standard", "total_max_attempts": _attempts()},
        },
    )  # fmt: skip


@cache
def _kind():
    "s3fs takes most of a second to import, and a lake in a folder needs none of it"
    from s3fs import S3FileSystem

    class _Files(S3FileSystem):
        "DuckDB asks for the size of a file ten times before it reads it"

        retries, known = 2, {}

        async def _info(self, path, bucket=None, key=None, refresh=False, version_id=None):
            if path in self.known:
                return self.known[path]
            found = await super()._info(path, bucket, key, refresh, version_id)
            if path.endswith(".parquet"):
                if len(self.known) >= KEPT:
                    self.known.clear()
                self.known[path] = found
            return found

    return _Files


def reach(con, home):
    """Let a DuckDB connection read and write the files of a home's lake."""
    if home.lake_url and not con.filesystem_is_registered("s3"):
        con.register_filesystem(files_of(home))


@contextmanager
def lake_errors(home):
    """Raises LakeUnavailable where the object store of a home's lake cannot be used meanwhile; for
    a lake in a folder it does nothing."""
    try:
        yield
    except (DeltaError, EngineError, OSError) as error:
        if home.lake_url is None or not _is_of_store(error):
            raise
        raise unavailable(home, error) from None


def _is_of_store(error):
    "An OSError of the system, of some other file, has a number"
    if isinstance(error, EngineError):
        return is_of_object_store(error)
    return isinstance(error, DeltaError) or error.errno is None


@contextmanager
def asked(home):
    """Yields the file system of a home's lake; raises LakeUnavailable where it fails, but for
    FileNotFoundError and FileExistsError."""
    from botocore.exceptions import BotoCoreError

    try:
        yield files_of(home)
    except (FileNotFoundError, FileExistsError):
        raise
    except (BotoCoreError, OSError) as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise
        raise unavailable(home, error) from None


def unavailable(home, error=None):
    """The error for a store that is away, or of which a file is lost."""
    return LakeUnavailable(fault_of_lake(home, error))
