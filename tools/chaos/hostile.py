"""Hostile and unlucky files, ten of each kind among ten good ones: what became of them, of the good
ones, and how much memory and time it took."""

import gzip
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core import REPOSITORY

HEADER = "patient_id,code,value,unit,collected_at\n"
MESSAGE = (
    "MSH|^~\\&|LAB|H|B|C|20260101||ORU^R01|{number}|P|2.5\rPID|1||P{number}^^^H^MR\r"
    "OBR|1||A{number}|24323-8^x^LN|||20260101\r"
)
BOUND = 3000  # MB: the most that any of these may take, with B12_MEMORY=1GB
TAKE = """
import json, pathlib, re, resource, sys
from pipeline import run
from pipeline.core import Home
from pipeline.ingest.apart import WORKER
done = run.ingest_waiting(Home(pathlib.Path(sys.argv[1])))
accounts = [(one.file, one.accepted, one.refused, one.adds_up()) for one in done]
WORKER.end()
own = int(re.search("VmHWM:\\s+([0-9]+)", pathlib.Path("/proc/self/status").read_text())[1])
most = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps({"accounts": accounts, "megabytes": most // 1024}))
"""


@dataclass(frozen=True)
class Outcome:
    """What became of the files of one kind. went_in: hostile ones that gave an account. good: sound
    ones that went in, of as many. seconds: for all. megabytes: at most held by a process."""

    kind: str
    files: int
    went_in: int
    refused: int
    quarantined: int
    left: int
    good: int
    seconds: float
    megabytes: int

    @property
    def is_sound(self):
        return self.good == self.files and self.megabytes <= BOUND


def _ragged(number):
    return "lab_result.csv", HEADER + f'"P{number}","2132-9","1\n' * 100_000


def _wide(number):
    names = ",".join(f"c{number}_{column}" for column in range(100_000))
    return "lab_result.csv", f"{names}\n"


def _nul(number):
    return "lab_result.csv", HEADER + f"P{number},2132-9,1\0,pg/mL,2026-01-01\n"


def _no_break(number):
    return "lab_result.csv", HEADER + f"P{number}" + "x" * 20_000_000


def _gzip_bomb(number):
    return "lab_result.csv.gz", gzip.compress(
        HEADER.encode() + f"P{number},2132-9,1,pg/mL,2026-01-01\n".encode() * 4_000_000, 9
    )


def _zip(names, text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return packed.getvalue()


def _zip_bomb(number):
    return "lab_result.csv", _zip([f"{number}.csv"], b"0" * 200_000_000)


def _many_members(number):
    return "lab_result.csv", _zip([f"{number}-{name}.csv" for name in range(20_000)], b"a\n")


def _workbook_bomb(number):
    sheet = b"<worksheet>" + b" " * 200_000_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", f"xl/worksheets/{number}.xml"):
            archive.writestr(name, sheet if name.endswith(f"{number}.xml") else b"<workbook/>")
    return "lab_result.csv", packed.getvalue()


def _parquet(number, value, rows, **options):
    names = ("patient_id", "code", "value", "unit", "collected_at")
    cells = (f"P{number}", "2132-9", value, "pg/mL", "2026-01-01")
    numbers = pa.array([0] * rows, pa.int32())
    columns = [pa.DictionaryArray.from_arrays(numbers, pa.array([cell])) for cell in cells]
    packed = io.BytesIO()
    table = pa.Table.from_arrays(columns, names)
    pq.write_table(table, packed, row_group_size=rows, **options)
    return packed.getvalue()


def _parquet_bomb(number):
    options = {"compression": "zstd", "dictionary_pagesize_limit": 1 << 30}
    return "lab_result.parquet", _parquet(number, "9" * 1_000_000, 11_000, **options)


def _parquet_text(number):
    data = _parquet(number, "NOT-UTF-8", 1, compression="none", write_statistics=False)
    return "lab_result.parquet", data.replace(b"NOT-UTF-8", b"NOT-\xff\xfe\xfd-8")


def _parquet_cut(number):
    data = _parquet(number, "110", 1000)
    return "lab_result.parquet", data[: len(data) // 2] + data[len(data) // 2 + 9 :]


def _observations(number):
    text = "".join(
        f"OBX|{row}|{'NM' if row % 2 else 'TX'}|2132-9^B12^LN||{row}|pg/mL|||||F\r"
        for row in range(20_000)
    )
    return "results.hl7", MESSAGE.format(number=number) + text


def _fields(number):
    return "results.hl7", MESSAGE.format(number=number) + "OBX|" + "|".join("a" * 400_000) + "\r"


def _deep(number):
    deep = "[" * 100_000 + "]" * 100_000
    return "deep.ndjson", f'{{"resourceType":"Observation","id":"{number}","a":{deep}}}\n{{}}\n'


def _hungry(number):
    codings = ",".join(f'{{"system":"{code}"}}' for code in range(800_000))
    record = f'{{"resourceType":"Observation","id":"{number}","code":{{"coding":[{codings}]}}}}\n'
    return "large.ndjson", record * 2


def _slow(number):
    return "lab_result.csv", HEADER + f'"P{number}","2132-9","1\n' * 1_000_000


def _name(ending):
    return lambda number: (
        os.fsdecode(b"lab_result_%d" % number + ending + b".csv"),
        HEADER + f"H{number},2132-9,110,pg/mL,2026-01-10\n",
    )


KINDS = {  # what it is: its source, what writes it, settings
    "quoted lines that never close": ("canonical", _ragged, {}),
    "a header of 100,000 columns": ("canonical", _wide, {}),
    "a NUL byte": ("canonical", _nul, {}),
    "20 MB without a line break": ("canonical", _no_break, {}),
    "a gzip bomb": ("canonical", _gzip_bomb, {}),
    "a zip bomb": ("canonical", _zip_bomb, {}),
    "a zip of 20,000 files": ("canonical", _many_members, {}),
    "a workbook that unpacks to 200 MB": ("canonical", _workbook_bomb, {}),
    "2 kB of Parquet that decode to 11 GB": ("canonical", _parquet_bomb, {}),
    "Parquet whose texts are not UTF-8": ("canonical", _parquet_text, {}),
    "Parquet with a piece cut out": ("canonical", _parquet_cut, {}),
    "20,000 results in a message": ("hl7v2", _observations, {}),
    "400,000 fields in a segment": ("hl7v2", _fields, {}),
    "JSON nested 100,000 deep": ("fhir_r4", _deep, {}),
    "a record that needs too much memory": ("fhir_r4", _hungry, {"B12_FILE_MEMORY": "1GB"}),
    "a file that takes too long": ("canonical", _slow, {"B12_FILE_SECONDS": "2"}),
    "a name that is not UTF-8": ("canonical", _name(b"\xff\xfe"), {}),
    "a name with terminal escapes": ("canonical", _name(b"\x1b[31m\n"), {}),
    "a pipe in the place of a file": ("canonical", None, {}),
}


def hostile(scratch, *, times, kinds=KINDS):
    """Yields the Outcome of each kind."""
    for place, (kind, (source, writes, given)) in enumerate(kinds.items()):
        yield _tried(kind, source, writes, given, scratch / f"hostile-{place}", times)


def _tried(kind, source, writes, given, home, times):
    for number in range(times):
        _drop(home, "canonical", f"{number}/lab_result_good.csv", _good(number))
        _drop_hostile(home, source, number, writes)
    environment = os.environ | {"B12_SETTLE_SECONDS": "0", "B12_MEMORY": "1GB", **given}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", TAKE, home], cwd=REPOSITORY, env=environment,
        capture_output=True, check=False, text=True, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, f"{kind}: {done.stderr[-500:]}"
    answer = json.loads(done.stdout)
    return _outcome(kind, home, times, answer, time.monotonic() - began)


def _good(number):
    return HEADER + f"G{number},2132-9,{200 + number},pg/mL,2026-01-10\n"


def _drop(home, source, name, content):
    path = home / "landing" / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def _drop_hostile(home, source, number, writes):
    if writes:
        name, content = writes(number)
        _drop(home, source, f"{number}/{name}", content)
    else:
        os.mkfifo(home / "landing" / source / f"{number}" / "lab_result_pipe.csv")


def _outcome(kind, home, times, answer, seconds):
    accounts = answer["accounts"]
    assert all(adds_up for *_, adds_up in accounts), kind
    good = sum(file.endswith("_good.csv") and accepted for file, accepted, *_ in accounts)
    others = [refused for file, _, refused, _ in accounts if not file.endswith("_good.csv")]
    held = sum("in quarantine" in (refused or "") for refused in others)
    refused = sum(bool(each) for each in others) - held
    return Outcome(
        kind=kind,
        files=times,
        went_in=others.count(None),
        refused=refused,
        quarantined=held,
        left=sum(not path.is_dir() for path in (home / "landing").rglob("*")),
        good=good,
        seconds=seconds,
        megabytes=answer["megabytes"],
    )


def as_table(outcomes):
    """The Outcomes as a Markdown table."""
    head = (
        "| kind of file | tried | read | refused | in quarantine | left lying | good files in |"
        " seconds | MB at most |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "".join(
        f"| {one.kind} | {one.files} | {one.went_in} | {one.refused} | {one.quarantined} |"
        f" {one.left} | {one.good} of {one.files} | {one.seconds:.0f} | {one.megabytes:,} |\n"
        for one in outcomes
    )
