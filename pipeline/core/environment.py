"""The settings of an installation: environment variables that begin with `B12_`, each with its
meaning."""

import os
import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.core.errors import UsageError

PREFIX = "B12_"
LONGEST_DAYS = 36_500
_PASSWORD = re.compile(r"(://[^:/@\s]+):[^@\s]+@")


def _days(default, description):
    return Field(default, ge=1, le=LONGEST_DAYS, description=description)


class Settings(BaseSettings):
    """Every setting, read from the environment; an empty variable counts as not set.
    `docs/runbook.md` lists them all."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(
        default=Path("b12-home"), description="Folder that holds this installation's data."
    )
    database_url: str | None = Field(
        default=None,
        description=(
            "Database of the worklist, as postgresql+psycopg://user@host/database; without it,"
            " SQLite in the home."
        ),
    )
    timezone: str | None = Field(
        default=None,
        description=(
            "Time zone that decides which day it is, as Europe/Berlin; without it, UTC in Airflow,"
            " else this machine's."
        ),
    )
    memory: str = Field(
        default="3GB",
        description="Memory that one DuckDB connection may use; the rest spills to disk.",
    )
    settle_seconds: float = Field(
        default=5,
        ge=0,
        description=("Seconds a file must stay unchanged before it counts as fully delivered."),
    )
    landing_url: str | None = Field(
        default=None,
        description="Object store to watch for deliveries, in addition to the folder landing/.",
    )
    queue: str | None = Field(default=None, description="Message queue that announces deliveries.")
    hold_warned: bool = Field(
        default=True,
        description="Whether a run whose gate warned waits for a steward (yes or no).",
    )
    answer_hours: float = Field(
        default=8, gt=0, description="Hours that such a run waits before it is discarded."
    )
    stewards: str = Field(
        default="",
        description=("Airflow users who may decide, separated by commas; without it, any editor."),
    )
    keep_runs_days: int | None = _days(None, "Days to keep run folders; without it, for ever.")
    keep_refused_days: int | None = _days(None, "Days to keep refused files; without it, for ever.")
    keep_lake_versions_days: int = _days(
        30, "Days to keep past versions of the lake, so that past runs can be screened again."
    )
    keep_audit_days: int = _days(
        2190, "Days to keep the record of who saw whom; 2190 is the six years of HIPAA."
    )
    notify_smtp: str | None = Field(
        default=None, description="Mail server, as smtp://user@host:587 or smtps://user@host:465."
    )
    notify_smtp_password: SecretStr | None = Field(
        default=None, description="Password for the mail server."
    )
    notify_from: str | None = Field(default=None, description="Sender's address of e-mails.")
    notify_to: str | None = Field(
        default=None, description="Recipients' addresses of e-mails, separated by commas."
    )
    notify_webhook: SecretStr | None = Field(
        default=None, description="Address that receives notifications as a POST of JSON."
    )
    notify_secret: SecretStr | None = Field(
        default=None, description="Key that signs these requests (X-B12-Signature, HMAC-SHA256)."
    )
    statsd_host: str | None = Field(
        default=None, description="StatsD server for metrics, as host or host:port."
    )
    session_idle_minutes: int = Field(
        default=30,
        ge=1,
        le=1440,
        description="Minutes without a request after which a user must log in again.",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=168,
        description="Hours after which a user must log in again, in use or not.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description=(
            "Key that signs the sessions of the pages, 32 characters or more; without it,"
            " web-secret in the home."
        ),
    )
    erasure_key: SecretStr | None = Field(
        default=None,
        description=(
            "Key of the erasure ledger; without it, erasure-key in the home. Never change it."
        ),
    )


def settings():
    """The Settings as the environment has them now. Raises UsageError, which names each variable
    that cannot be used."""
    variables = os.environ.items()
    return _settings(frozenset(each for each in variables if each[0].upper().startswith(PREFIX)))


@lru_cache(maxsize=1)
def _settings(_variables):
    "Read once for each state of the environment"
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"${variable_of(str(each['loc'][0]))}: {each['msg'].lower()}" for each in error.errors()
        )
        raise UsageError(
            f"Invalid settings: {problems}. b12 doctor --settings explains each."
        ) from None


def home_folder():
    """The folder that `$B12_HOME` names. It is read alone, so that the doctor can report
    settings that are wrong."""
    return Path(os.environ.get(variable_of("home")) or Settings.model_fields["home"].default)


def variable_of(name):
    """The environment variable of a setting."""
    return f"{PREFIX}{name}".upper()


def revealed(secret):
    """The text of a SecretStr, or None."""
    return secret.get_secret_value() if secret else None


def described_settings():
    """Every setting as `(variable, default or None, meaning, value now or None)`, in order; also
    one whose value cannot be used.

    Secrets are shown as asterisks, passwords within addresses too.
    """
    given = {name.upper(): value for name, value in os.environ.items() if value}
    for name, field in Settings.model_fields.items():
        variable = variable_of(name)
        value = given.get(variable, field.default)
        is_secret = variable in given and "Secret" in str(field.annotation)
        shown = None if value is None else _PASSWORD.sub(r"\1:***@", str(value))
        yield variable, field.default, field.description, "**********" if is_secret else shown
