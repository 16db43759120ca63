"""Sessions and wrong passwords in the store; user names are one whatever their case."""

import unicodedata
from datetime import UTC, datetime

from alembic import op
from sqlalchemy import Column, DateTime, Integer, PrimaryKeyConstraint, String, text

revision = "0006"
down_revision = "0005"


def upgrade():
    op.create_table(
        "session",
        Column("key", String(64), nullable=False),
        Column("user", String(300), nullable=False),
        Column("password_version", Integer, nullable=False),
        Column("began_at", DateTime(timezone=True), nullable=False),
        Column("seen_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("key", name="pk_session"),
    )
    op.create_index("ix_session_user", "session", ["user"])
    op.create_table(
        "attempt",
        Column("key", String(64), nullable=False),
        Column("failures", Integer, nullable=False),
        Column("last_at", DateTime(timezone=True), nullable=False),
        Column("wait_until", DateTime(timezone=True)),
        Column("succeeded_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("key", name="pk_attempt"),
    )
    op.add_column("person", Column("folded", String(300), nullable=False, server_default=""))
    _fold_names(op.get_bind())
    op.create_index("ix_person_folded", "person", ["folded"], unique=True)


def _fold_names(con):
    "Of names that differ in case alone, the first that may log in stays; others are disabled"
    people = con.execute(text("select name, is_disabled from person order by is_disabled, name"))
    taken = set()
    for name, _ in people.all():
        plain = unicodedata.normalize("NFKC", name.strip())  # codespell:ignore normalize
        folded = plain.casefold()
        if folded in taken:
            folded = next(
                other for n in range(2, 10_000) if (other := f"{folded}-{n}") not in taken
            )
            _disable(con, name)
        taken.add(folded)
        con.execute(
            text("update person set folded = :folded where name = :name"),
            {"folded": folded, "name": name},
        )


def _disable(con, name):
    con.execute(
        text("update person set is_disabled = :yes where name = :name"), {"yes": True, "name": name}
    )
    now = datetime.now(UTC)
    at = now if con.dialect.name == "postgresql" else now.strftime("%Y-%m-%d %H:%M:%S.%f")
    detail = f"{name}: its name differs from that of another user in case alone"
    con.execute(
        text(
            "insert into access (at, who, what, detail)"
            " values (:at, 'upgrade', 'user_disable', :detail)"
        ),
        {"at": at, "detail": detail},
    )
