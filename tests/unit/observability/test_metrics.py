"""Counts and durations by UDP, where a server is named; else nothing is sent and nothing imported."""

import os
import random
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.ingest import Account
from pipeline.observability import metrics
from tests.command import AS_OF, b12, deliver
from tests.homes import LOW

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def statsd_server(monkeypatch):
    "Yields what returns the metrics that arrived so far: `{name: value}` of what is counted, and the names of all"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)  # on loopback a datagram is there when it has been sent
        monkeypatch.setenv("B12_STATSD_HOST", f"127.0.0.1:{server.getsockname()[1]}")

        def arrived():
            lines = []
            try:
                while True:
                    lines += server.recv(65536).decode().splitlines()
            except BlockingIOError:
                return dict(line.split(":", 1) for line in lines)

        yield arrived


@pytest.fixture
def delivery(tmp_path):
    rows = [
        {"patient_id": "PAT-7731", **LOW},
        {"patient_id": "PAT-7732", **LOW},
        {"patient_id": "", **LOW},
        {"patient_id": "PAT-7731", **LOW, "code": "1-8"},
    ]
    return deliver(
        tmp_path / "in",
        patient=[{"patient_id": "PAT-7731", "birth_date": "1950-01-01"}],
        lab_result=rows,
    )


@pytest.mark.gates
def test_a_walk_is_counted(monkeypatch, tmp_path, delivery):
    with statsd_server(monkeypatch) as arrived:
        assert (
            b12(tmp_path / "home", "run", delivery, "--source", "canonical", "--as-of", AS_OF).code
            == 0
        )
        found = arrived()
    of_labs = {
        name.removeprefix("b12.ingest.canonical.lab_result."): value
        for name, value in found.items()
        if ".lab_result." in name
    }
    assert of_labs == {
        "files": "1|c", "refused": "0|c", "rows": "4|c", "accepted": "2|c", "duplicates": "0|c", "rejected.missing_patient_id": "1|c",
        "skipped.other_analyte": "1|c",
    }  # fmt: skip
    assert found["b12.gate.open"] == "1|c" and found["b12.patients"] == "2|g"
    assert (
        sum(int(found[f"b12.worklist.priority_{n}"].removesuffix("|g")) for n in range(1, 5)) == 2
    )
    for what in ("ingest", "screen", "publish"):
        assert re.fullmatch(r"\d+\.\d+\|ms", found[f"b12.duration.{what}"])
    assert "PAT-77" not in str(found)


def test_a_file_that_was_refused_is_counted_as_one(monkeypatch, tmp_path):
    with statsd_server(monkeypatch) as arrived:
        assert (
            b12(
                tmp_path / "home",
                "ingest",
                deliver(tmp_path / "in", lab_result="x\n1\n"),
                "--source",
                "canonical",
            ).code
            == 10
        )
        assert arrived()["b12.ingest.canonical.lab_result.refused"] == "1|c"


@pytest.mark.gates
def test_a_closed_gate_is_counted(monkeypatch, tmp_path):
    "One night a laboratory's results, the next night its pmol/L as if they were pg/mL"
    for night, day, factor in (("first", "2026-01-10", 1), ("second", "2026-01-30", 1.35537)):
        draw = random.Random(day)
        values = [f"{draw.lognormvariate(6.1, 0.35) / factor:.0f}" for _ in range(60)]
        results = [
            {
                "patient_id": f"PAT-{n}",
                **LOW,
                "collected_at": day,
                "value": one,
                "performing_lab": "North",
                "result_id": f"{night}{n}",
            }
            for n, one in enumerate(values)
        ]
        deliver(tmp_path / night, lab_result=results)
    assert (
        b12(
            tmp_path / "home", "run", tmp_path / "first", "--source", "canonical", "--as-of", AS_OF
        ).code
        == 0
    )
    with statsd_server(monkeypatch) as arrived:
        assert (
            b12(
                tmp_path / "home",
                "run",
                tmp_path / "second",
                "--source",
                "canonical",
                "--as-of",
                AS_OF,
            ).code
            == 11
        )
        found = arrived()
    assert found["b12.gate.closed"] == "1|c" and "b12.patients" not in found
    assert any(name.startswith("b12.gate.critical.failed") for name in found)


@pytest.mark.parametrize("address", ["no.such.host.invalid:8125", "127.0.0.1:port"])
def test_an_invalid_server_is_reported_and_fails_nothing(monkeypatch, caplog, address):
    monkeypatch.setenv("B12_STATSD_HOST", address)
    with metrics.timed("x"):
        pass
    assert len(caplog.messages) == 1 and "B12_STATSD_HOST" in caplog.text


def test_a_metric_that_cannot_be_sent_fails_nothing(monkeypatch):
    "A server that is away is never noticed by UDP; the address of all hosts is refused at once, unless a socket asks for it"
    everyone = ("255.255.255.255", 8125)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client, pytest.raises(PermissionError):
        client.sendto(b"x", everyone)
    monkeypatch.setenv("B12_STATSD_HOST", ":".join(map(str, everyone)))
    with metrics.timed("x"):
        pass


def test_names_of_a_site_cannot_break_a_metric(monkeypatch):
    account = Account(file="f", sha256="0", source="a:1|c\nb", entity=None, rows=1, accepted=1)
    with statsd_server(monkeypatch) as arrived:
        metrics.count_account(account)
        assert arrived()["b12.ingest.a_1_c_b.unknown.rows"] == "1|c"


def test_not_configured_nothing_is_imported(tmp_path, delivery):
    program = (
        "import sys\nfrom pipeline.__main__ import main\n"
        f"assert main(['ingest', {str(delivery)!r}, '--source', 'canonical', '--home', {str(tmp_path / 'home')!r}]) == 0\n"
        "print(sorted({'statsd', 'openlineage'} & set(sys.modules)))"
    )
    environment = {
        k: v
        for k, v in os.environ.items()
        if k != "B12_STATSD_HOST" and not k.startswith("OPENLINEAGE")
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_received_messages_are_counted_without_the_reasons(monkeypatch):
    with statsd_server(monkeypatch) as arrived:
        metrics.count_received("hl7v2", {"stored": 2, "turned away": 1, "because: a reason": 1})
        assert arrived() == {
            "b12.receive.hl7v2.stored": "2|c",
            "b12.receive.hl7v2.turned_away": "1|c",
        }
