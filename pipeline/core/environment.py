"""The settings of an installation: environment variables that begin with `B12_`, each with its
meaning."""

import os
import pwd
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ByteSize, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.core.errors import UsageError
from pipeline.core.patient_url import PatientUrl

PREFIX = "B12_"
DEFAULT_PACK = "praxis-2026"
LONGEST_DAYS = 36_500
LAKE_URL = r"s3://[a-z0-9][a-z0-9.-]+(/[A-Za-z0-9._=-]+)*"
_PASSWORD = re.compile(r"(://[^:/@\s]*):\S+@")


def _count(default, description, *, most=None):
    return Field(default, ge=1, le=most, description=description)


def _text(default, description, *, most=200):
    return Field(default, max_length=most, description=description)


def _days(default, description):
    return _count(default, description, most=LONGEST_DAYS)


def _size(default, description):
    return Field(TypeAdapter(ByteSize).validate_python(default), ge=1, description=description)


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
    lake_url: str | None = Field(
        default=None,
        pattern=f"^{LAKE_URL}$",
        description=(
            "Object store that holds the tables of the lake, as s3://bucket/prefix; without it, the"
            " folder lake/ of the home. Its credentials, region and address are those of AWS_…."
        ),
    )
    timezone: str | None = Field(
        default=None,
        description=(
            "Time zone that decides which day it is, as Europe/Berlin; without it, UTC in Airflow,"
            " else this machine's."
        ),
    )
    bucket_patients: int = _count(
        250_000,
        "Patients screened together, at most; a larger population is screened in several buckets.",
    )
    memory: str | None = Field(
        default=None,
        description=(
            "Memory that one DuckDB connection may use, as 3GB or 40%; the rest spills to disk."
            " Without it, a quarter of what the machine or the container has."
        ),
    )
    file_memory: ByteSize | None = Field(
        default=None,
        ge=1_000_000_000,
        description=(
            "Memory that the ingest of one file may use, DuckDB's included; without it, twice"
            " B12_MEMORY and 1 GB."
        ),
    )
    file_seconds: int = _count(
        14_400, "Seconds of processor time that the ingest of one file may use."
    )
    file_attempts: int = _count(
        3,
        "How often a file is tried on which the ingest fails or is killed, before it is moved to"
        " quarantine/.",
    )
    file_bytes: ByteSize = _size("20GB", "Size of a file as delivered, at most.")
    file_unpacked_bytes: ByteSize = _size(
        "100GB", "Size of what a compressed file or a Parquet file unpacks to, at most."
    )
    file_rows: int = _count(200_000_000, "Rows of a table, at most.")
    file_columns: int = _count(1000, "Columns of a table, at most.")
    file_cell: int = _count(1_000_000, "Bytes of one cell of a table, at most.")
    file_nesting: int = _count(100, "Depth of lists and objects within a JSON record, at most.")
    message_segments: int = _count(150_000, "Segments of an HL7 v2 message, at most.")
    segment_fields: int = _count(2000, "Fields of a segment of an HL7 v2 message, at most.")
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
    receive_allow: str = Field(
        default="",
        description=(
            "b12 receive: addresses and networks that may send, as 10.1.2.3,10.2.0.0/16; without"
            " it, this computer alone, or any that a certificate of B12_RECEIVE_CLIENT_CA names."
        ),
    )
    receive_certificate: Path | None = Field(
        default=None,
        description=(
            "b12 receive: TLS certificate (PEM); a relative path, here and in the next two, is one"
            " in the home. Without it, no TLS."
        ),
    )
    receive_key: Path | None = Field(default=None, description="b12 receive: its private key.")
    receive_client_ca: Path | None = Field(
        default=None,
        description="b12 receive: certificates (PEM) that must have signed that of a sender.",
    )
    receive_types: str = Field(
        default="ORU,ADT",
        min_length=1,
        description="b12 receive: types of messages that are taken, as ORU or ADT^A40.",
    )
    receive_processing: str = Field(
        default="P",
        min_length=1,
        description="b12 receive: values of MSH-11 that are taken: P, T (training), D (debugging).",
    )
    receive_message_bytes: ByteSize = _size("50MB", "b12 receive: size of a message, at most.")
    receive_memory: ByteSize = _size(
        "200MB", "b12 receive: memory for the messages of all connections together."
    )
    receive_connections: int = _count(100, "b12 receive: connections at a time, at most.")
    receive_message_seconds: int = _count(
        60,
        "b12 receive: seconds in which a message must have come once it has begun, and its answer"
        " must be taken.",
    )
    receive_idle_seconds: int = _count(
        3600, "b12 receive: seconds without a message after which a connection is ended."
    )
    receive_roll_seconds: float = Field(
        default=10,
        gt=0,
        description="b12 receive: seconds after which received messages go into landing/.",
    )
    receive_roll_bytes: ByteSize = _size("8MB", "b12 receive: or after so many bytes of them.")
    receive_free_bytes: ByteSize = _size(
        "1GB", "b12 receive: room on the disk below which no message is taken."
    )
    screen_queue: str | None = _text(
        None,
        "Queue of the workers on which Airflow screens the buckets of a large population, as tasks"
        " of their own; without it, one task screens them one after the other.",
    )
    hold_warned: bool = Field(
        default=True,
        description="Whether a run whose gate warned waits for a steward (yes or no).",
    )
    require_signed_pack: bool = Field(
        default=False,
        description=(
            "Whether a scheduled run, or one that a delivery starts, waits for a steward while its"
            " protocol is not signed as it is, or its review is overdue (yes or no)."
        ),
    )
    protocol: str = _text(
        DEFAULT_PACK,
        "Protocol pack that decides where a command or a parameter names none: a name, or the whole"
        " path of a YAML file.",
        most=1000,
    )
    shadow_packs: str = _text(
        "",
        "Protocol packs, by name or path, separated by commas, that are counted beside the one that"
        " decides the worklist. Pages offer them too, where they can read the path.",
        most=1000,
    )
    answer_hours: float = Field(
        default=8, gt=0, description="Hours that such a run waits before it is discarded."
    )
    stewards: str = Field(
        default="",
        description=("Airflow users who may decide, separated by commas; without it, any editor."),
    )
    keep_runs_days: int = _days(
        400, "Days to keep run folders: a year and a month. Their counts remain in the trends."
    )
    keep_archive_days: int | None = _days(
        None,
        "Days to keep delivered files in the archive; without it, for ever. Their rows stay, but"
        " changed codes and profiles no longer reach them.",
    )
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
    display_units: Literal["pg/mL", "pmol/L"] = Field(
        default="pg/mL",
        description="Unit in which pages and exports show B12, beside what was reported.",
    )
    locale: str = Field(
        default="en_GB",
        pattern=r"^[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2})?$",
        description="How the pages write dates and numbers, as en_GB, en_US or de_DE.",
    )
    priority_days: str = Field(
        default="3,14,56,182",
        pattern=r"^[1-9]\d{0,3}(,[1-9]\d{0,3}){3}$",
        description=(
            "Days from listing to first action that the site aims at, of priorities 1 to 4; the"
            " pages show them and mark patients who wait longer."
        ),
    )
    next_attempt_days: int = _count(
        3, "Days after which a patient who was not reached is due again.", most=366
    )
    patient_url: Annotated[str, PatientUrl] | None = _text(
        None,
        "Address of a patient in the health record, as https://record.example/p/{patient_id}, with"
        " {system} for the source that knows the ID; without it, pages have no such link.",
        most=500,
    )
    clinic_name: str | None = _text(
        None, "Name of the clinic or health centre, as letters and texts to patients give it."
    )
    clinic_phone: str | None = _text(
        None, "Telephone number that letters and texts ask patients to call.", most=40
    )
    letter_font: Path | None = Field(
        default=None,
        description=(
            "TrueType font (.ttf) of letters and reports as PDF; without it, one that has the"
            " letters of western Europe and Turkish alone."
        ),
    )
    session_idle_minutes: int = _count(
        30, "Minutes without a request after which a user must log in again.", most=1440
    )
    break_glass_hours: int = _count(
        8, "Hours for which a user sees a patient of another site after giving a reason.", most=168
    )
    session_hours: int = _count(
        12, "Hours after which a user must log in again, in use or not.", most=168
    )
    sso_issuer: str | None = _text(
        None, "Single sign-on: issuer address of the OpenID Connect provider, by https."
    )
    sso_client_id: str | None = _text(None, "Name under which the provider knows these pages.")
    sso_client_secret: SecretStr | None = Field(
        default=None, max_length=1000, description="Secret that the provider gave these pages."
    )
    sso_scopes: str = _text("openid profile", "Scopes to ask the provider for, openid among them.")
    sso_name_claim: str = _text("preferred_username", "Claim that becomes the name of a new user.")
    sso_mapping: Path = Field(
        default=Path("single-sign-on.yaml"),
        description="File in the home that says which claims give which role and sites.",
    )
    sso_label: str = _text("single sign-on", "What the login page calls the provider.", most=40)
    sso_redirect: str | None = _text(
        None,
        "Address that the provider leads back to, ending in /login/callback; without it, built"
        " from the host name that was asked for.",
        most=500,
    )
    sso_only: bool = Field(
        default=False, description="Whether passwords are refused in the pages (yes or no)."
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
    backup_key: SecretStr | None = Field(
        default=None,
        description=(
            "Key that signs backups and seals the erasure key in them, 32 characters or more; keep"
            " it elsewhere."
        ),
    )


def settings():
    """The Settings as the environment has them now. Raises UsageError, which names each variable
    that cannot be used."""
    names = (name for name in os.environb if name[: len(PREFIX)].upper() == PREFIX.encode())
    return _settings(frozenset((name, os.environb[name]) for name in names))


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


def account():
    """The account that runs this, as the system has it: $USER can be set to anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def home_folder():
    """The folder that `$B12_HOME` names. It is read alone, so that the doctor can report
    settings that are wrong."""
    return Path(os.environ.get(variable_of("home")) or Settings.model_fields["home"].default)


def lake_url():
    """The address that `$B12_LAKE_URL` gives, or None; read alone, as the home is."""
    return os.environ.get(variable_of("lake_url")) or None


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
        default = field.default
        if isinstance(default, ByteSize):
            default = default.human_readable(decimal=True).replace(".0", "")
            shown = default if variable not in given else shown
        yield variable, default, field.description, "**********" if is_secret else shown
