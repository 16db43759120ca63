"""Faulty deliveries: ingested by several processes at once, still growing, or with one malformed
row among a million."""

import random
import subprocess
import sys
import threading
import time

from pipeline.core import REPOSITORY, Home
from pipeline.lake import query
from tools.chaos.faults import Row, compared, state
from tools.chaos.killing import AS_OF, b12, finished, kill_and_repeat, work_until_the_end

TAKE = """
import pathlib, sys
from pipeline import run
from pipeline.core import Home
run.ingest_waiting(Home(pathlib.Path(sys.argv[1])))
"""
HEADER = "patient_id,code,code_system,value,unit,collected_at,result_id\n"
POISONS = {
    "an open quote": '"P0,2132-9,LOINC,100,pg/mL,2026-01-01,R0\n',
    "bytes that are not UTF-8": b"P0,2132-9,LOINC,100,pg/mL,2026-01-01,R\xff\xfe0\n",
    "a cell of a megabyte": f"P0,2132-9,LOINC,{'9' * 900_000},pg/mL,2026-01-01,R0\n",
    "not a number": "P0,2132-9,LOINC,NaN,pg/mL,2026-01-01,R0\n",
    "too many cells": "P0,2132-9,LOINC,100,pg/mL,2026-01-01,R0" + ",x" * 500 + "\n",
    "SQL": 'P0,2132-9,LOINC,"100\'); drop table lake.delivery; --",pg/mL,2026-01-01,R0\n',
}


def killed_batches(*, extracts, scratch, times, files=60):
    """An ingest of many small files that are read together, killed at so many moments spread over
    its work, then typed again; returns a Row."""
    small, undisturbed = scratch / "small", scratch / "undisturbed-small"
    small.mkdir()
    (small / "patient.csv").write_bytes((extracts / "patient.csv").read_bytes())
    header, *rows = (extracts / "lab_result.csv").read_text(encoding="utf-8").splitlines(True)
    for number in range(files):
        text = "".join([header, *rows[number::files]])
        (small / f"lab_result_{number:02}.csv").write_text(text, encoding="utf-8")
    words = ("run", small, "--source", "canonical", "--as-of", AS_OF)
    process = b12(undisturbed, *words)
    seconds = work_until_the_end(process)
    assert finished(process) == (0, "")
    return kill_and_repeat(
        "kill −9 of an ingest of small files that are read together", prepared=None,
        wanted=state(undisturbed), words=words, then=[], times=times, seconds=seconds,
        scratch=scratch,
    )  # fmt: skip


def _place(extracts, home):
    "Copies of the files, dropped as a sender drops them"
    for path in sorted(extracts.glob("*.csv")):
        part = home / "landing" / "canonical" / f"{path.name}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(path.read_bytes())
        part.rename(part.with_suffix(""))


def taken_by_several(*, extracts, wanted, screen, times, scratch, workers=3):
    """Several processes claim and ingest the same deliveries at once; a Row."""
    fault, began = f"{workers} ingests of the same files at once", time.monotonic()
    total = Row(fault)
    for number in range(times):
        home = scratch / f"at-once-{number}"
        _place(extracts, home)
        running = [taking(home) for _ in range(workers)]
        assert [finished(process) for process in running] == [(0, "")] * workers
        ended, error = finished(b12(home, *screen))
        assert ended == 0, error
        total += compared(fault, home, wanted)
    return total + Row(fault, seconds=time.monotonic() - began)


def taking(home, settle="0"):
    """Start an ingest of what waits in a home: a process."""
    environment = {"PYTHONPATH": str(REPOSITORY), "B12_SETTLE_SECONDS": settle, "PATH": ""}
    return subprocess.Popen(
        [sys.executable, "-c", TAKE, str(home)],
        cwd=REPOSITORY,
        env=environment,
        stderr=subprocess.PIPE,
    )


def growing(*, extracts, wanted, screen, times, scratch, seed=1):
    """A sender writes its files slowly, in pieces, while the ingest takes what it can again and
    again; a Row."""
    fault, began, draw = "a delivery grows while it is taken", time.monotonic(), random.Random(seed)
    total = Row(fault)
    for number in range(times):
        home = scratch / f"growing-{number}"
        sender = threading.Thread(target=_send_slowly, args=(extracts, home, draw))
        sender.start()
        while sender.is_alive():
            assert finished(taking(home, settle="0.1")) == (0, "")
        assert finished(taking(home)) == (0, "")
        ended, error = finished(b12(home, *screen))
        assert ended == 0, error
        total += compared(fault, home, wanted)
    return total + Row(fault, seconds=time.monotonic() - began)


def _send_slowly(extracts, home, draw):
    (home / "landing" / "canonical").mkdir(parents=True)
    for path in sorted(extracts.glob("*.csv")):
        data = path.read_bytes()
        with (home / "landing" / "canonical" / path.name).open("wb") as file:
            while data:
                piece = draw.randrange(1, max(2, path.stat().st_size // 4))
                file.write(data[:piece])
                file.flush()
                data = data[piece:]
                time.sleep(draw.uniform(0, 0.3))


def poisoned(*, rows, scratch, poisons=POISONS):
    """One poisoned row among so many: it alone may be missing, or the file is refused whole and
    said to be; a Row over all poisons."""
    fault, began = f"one poisoned row among {rows:,}", time.monotonic()
    total = Row(fault)
    for number, poison in enumerate(poisons.values()):
        path, home = scratch / "lab_result.csv", scratch / f"poisoned-{number}"
        _write(path, rows, poison)
        ended, error = finished(b12(home, "ingest", path, "--source", "canonical"))
        assert ended in (0, 10), error
        (delivery,) = query(Home(home), "select rows, accepted, refused from lake.delivery")
        (held,) = query(
            Home(home),
            "select count(*) as rows, count(distinct result_id) as results from lake.lab_result"
            " where result_id <> 'R0'",
        )
        wanted = 0 if delivery["refused"] else rows - 1
        total += Row(
            fault,
            tried=1,
            lost=max(0, wanted - held["results"]),
            doubled=held["rows"] - held["results"],
            different=int(held["rows"] != wanted or (ended == 10) != bool(delivery["refused"])),
        )
    return total + Row(fault, seconds=time.monotonic() - began)


def _write(path, rows, poison):
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for number in range(1, rows):
            if number == rows // 2:
                file.write(poison if isinstance(poison, bytes) else poison.encode())
            file.write(
                (
                    f"P{number % 50_000},2132-9,LOINC,{150 + number % 700},pg/mL,"
                    f"2026-01-01,R{number}\n"
                ).encode()
            )
