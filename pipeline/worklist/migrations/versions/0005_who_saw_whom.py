"""Which patients an access showed, as rows of their own; the record of accesses is append-only."""

from alembic import op
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
)

revision = "0005"
down_revision = "0004"
# what the retention removed is itself an access, whose detail is the instant up to which it went
CUT = "coalesce((select max(detail) from access where what = 'audit_removed'), '')"


def upgrade():
    op.execute(
        "create temporary table moved as select item_id, id as access_id from access"
        " where item_id is not null"
    )
    op.drop_index("ix_access_item_id", "access")
    with op.batch_alter_table("access") as access:
        access.drop_constraint("fk_access_item_id", type_="foreignkey")
        access.drop_column("item_id")
        access.add_column(Column("origin", String(64)))
    for columns in (["at"], ["who", "at"], ["what"]):
        op.create_index(f"ix_access_{columns[0]}", "access", columns)
    op.create_table(
        "seen",
        Column("item_id", Integer, nullable=False),
        Column("access_id", Integer, nullable=False),
        ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_seen_item_id"),
        ForeignKeyConstraint(["access_id"], ["access.id"], name="fk_seen_access_id"),
        PrimaryKeyConstraint("item_id", "access_id", name="pk_seen"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seen_access_id", "seen", ["access_id"])
    op.execute("insert into seen (item_id, access_id) select item_id, access_id from moved")
    op.execute("drop table moved")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    (_keep_in_sqlite if is_sqlite else _keep_in_postgresql)()


def _keep_in_sqlite():
    forgotten = "(select patient_id from item where item.id = old.item_id) is null"
    of_old = f"exists (select 1 from access where id = old.access_id and at < {CUT})"
    for table, may_go in (("access", f"old.at < {CUT}"), ("seen", f"{forgotten} or {of_old}")):
        for name, when in (("is_kept", "update"), ("stays", "delete")):
            condition = f"when not ({may_go}) " if when == "delete" else ""
            op.execute(
                f"create trigger {table}_{name} before {when} on {table} {condition}"
                "begin select raise(abort, 'the access log is append-only'); end"
            )


def _keep_in_postgresql():
    forgotten = "(select patient_id from item where item.id = old.item_id) is null"
    cut = "(select max(detail)::timestamptz from access where what = 'audit_removed')"
    of_old = f"exists (select 1 from access where id = old.access_id and at < {cut})"
    for table, may_go in (("access", f"old.at < {cut}"), ("seen", f"{forgotten} or {of_old}")):
        op.execute(f"""
            create function keep_{table}() returns trigger language plpgsql as $$
            begin
                if tg_op = 'DELETE' then if {may_go} then return old; end if; end if;
                raise exception 'the access log is append-only';
            end $$
        """)
        op.execute(
            f"create trigger {table}_is_kept before update or delete on {table}"
            f" for each row execute function keep_{table}()"
        )
    op.execute("""
        create function keep_whole() returns trigger language plpgsql as $$
        begin raise exception 'the audit trail is append-only'; end $$
    """)
    for table in ("event", "access", "seen"):
        op.execute(
            f"create trigger {table}_is_not_emptied before truncate on {table}"
            " for each statement execute function keep_whole()"
        )
