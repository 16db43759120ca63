"""Two databases in one PostgreSQL, each with a role that owns it and nothing else; passwords are
set anew, so that they rotate."""

import os

import psycopg
from psycopg import sql

OWNERS = {"airflow": "AIRFLOW_DB_PASSWORD", "b12": "B12_DB_PASSWORD"}


def main():
    with psycopg.connect(os.environ["POSTGRES_URL"], autocommit=True) as con:
        for name, password in OWNERS.items():
            prepare(con, name, os.environ[password])


def prepare(con, name, password):
    """A role that may log in with the password, and a database of the same name that it alone
    enters."""
    role = sql.Identifier(name)
    if not con.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
        con.execute(sql.SQL("create role {}").format(role))
    con.execute(sql.SQL("alter role {} login password {}").format(role, sql.Literal(password)))
    if not con.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        con.execute(sql.SQL("create database {} owner {}").format(role, role))
    con.execute(sql.SQL("revoke all on database {} from public").format(role))


if __name__ == "__main__":
    main()
