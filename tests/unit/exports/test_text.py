"CSV and JSON of an export, and how an export is written"

import csv
import io
import json

import pytest

from pipeline import exports
from pipeline.core.errors import UsageError
from tests.exported import META, item, row


def written(form, *rows):
    with exports.as_file(form, rows, meta=META) as file:
        return file.read().decode()


def test_csv_joins_lists_and_runs_nothing():
    [found] = csv.DictReader(
        io.StringIO(
            written("csv", item(patient_id="=1+1", flags=["A", "B"], reason='He said "no", twice')),
            newline="",
        )
    )
    assert (found["patient_id"], found["flags"], found["reason"], found["status"]) == (
        "'=1+1",
        "A|B",
        'He said "no", twice',
        "open",
    )
    assert "version" not in found and "key" not in found


def test_json_keeps_lists_and_dates_as_text():
    [found] = json.loads(written("json", row(flags=["A", "B"])))
    assert (found["flags"], found["b12_on"], found["priority"]) == (["A", "B"], "2026-01-05", 2)


@pytest.mark.parametrize("form", exports.FORMATS)
def test_an_export_of_nothing(form, tmp_path):
    exports.write(form, [], tmp_path / "nothing", meta=META)
    assert [path.name for path in tmp_path.iterdir()] == ["nothing"]


def test_a_path_appears_whole_or_not_at_all(tmp_path):
    def broken():
        yield row()
        raise UsageError("half way")

    with pytest.raises(UsageError):
        exports.write("json", broken(), tmp_path / "worklist.json", meta=META)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_form():
    with pytest.raises(UsageError, match="csv, xlsx, json, fhir, omop"):
        exports.write("pdf", [], io.BytesIO(), meta=META)


def test_the_name_of_a_file_says_day_and_form():
    assert exports.file_name("xlsx", META) == "b12-worklist-2026-01-31.xlsx"
