"""What a cell holds: the words by which other tools write that there is nothing."""

from string import ascii_lowercase, ascii_uppercase

from pipeline.engine import quoted_identifier, quoted_text

# columns that the readers add to those of a file
_OURS = (
    "line", "place", "age", "file_row_number", "shifted_days", "the_patient", "the_key",
)  # fmt: skip


def delivered_column(name):
    """A column of a delivered table as SQL writes it: in lower case and, where its name is one of a
    column that the readers add, as `line (delivered)`."""
    name = name.lower()
    return quoted_identifier(f"{name} (delivered)" if name in _OURS else name)


def define_filled(con, words):
    """Create the macro `filled(cell)`: a cell, or null where it holds one of these words, by which
    other tools write that there is nothing. words: in lower case.

    `list_position`, not `in (…)` nor `list_contains`: of these DuckDB makes a join for each cell,
    and such a statement, if it keeps the order of the rows, runs on one thread.
    """
    spelled = ["", *sorted(words)]
    listed = ", ".join(map(quoted_text, spelled))
    longest = max(len(word.encode()) for word in spelled)
    con.execute(
        f"create or replace macro filled(cell) as case when strlen(cell) > {longest} or"
        f" list_position([{listed}], lower(cell)) is null then cell end"
    )


def define_patient_id(con, patient_id):
    """Create the macros `spelled_patient_id(number)`, an id that is clean already, written as the
    profile's PatientId says, and `clean_patient_id(cell)`, of any cell. `PatientId.clean` is the
    same in Python."""
    number = "number"
    if patient_id.digits_only:
        number = f"regexp_replace({number}, '[^0-9]+', '', 'g')"
    if patient_id.upper_case:
        number = f"translate({number}, '{ascii_lowercase}', '{ascii_uppercase}')"
    if width := patient_id.width:
        number = (
            f"case when length({number}) between 1 and {width - 1} then"
            f" lpad({number}, {width}, '0') else {number} end"
        )
    if number != "number":
        number = f"case when is_scientific(number) then number else {number} end"
    con.execute(f"create or replace macro spelled_patient_id(number) as {number}")
    con.execute(
        "create or replace macro clean_patient_id(cell) as spelled_patient_id(clean_id(cell))"
    )
