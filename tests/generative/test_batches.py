"Small files that are read together leave the lake, and their accounts, as if each had been read alone, in the same order"

import json
import os
from collections import Counter
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline import run
from pipeline.ingest import claims
from pipeline.lake import COLUMNS, query
from tests.generative.deliveries import CROWDED, delivery, written
from tests.generative.forms import deliveries, new_home
from tests.generative.population import population

SEEDS = st.integers(0, 2**32)
BROKEN = {  # as only part of the source's files
    "canonical": ("patient_id\n", "", "patient_id,code,value,unit,collected_at\nq,2132-9,1\n"),
    "hl7v2": ("", "no message", "MSH|^~\\&|a\rPID|", "BHS|^~\\&|\rBTS|7\r"),
    "fhir_r4": ("", "{", '{"resourceType": "Bundle", "entry": [{}', '{"resourceType": "Patient"}'),
}


def small_files(source, seed):
    "[name, text]: every file with a few records, some of which are in several files, or change and change back"
    random = Random(f"{source} {seed}")
    if source == "canonical":
        made = delivery(random, patients=3, pools=CROWDED)
        made["patient"] += random.choices(made["patient"] or [{"patient_id": "p0"}], k=6)
        return [
            (f"{entity}_{number:02}.csv", spelled(random, written(entity, rows)))
            for entity, all_rows in made.items()
            for number, rows in enumerate(parts(random, all_rows))
        ]
    [text] = [text for kind, _, text in deliveries(source, population(seed, 3)) if kind == source]
    if source == "hl7v2":
        messages = [f"MSH{message}" for message in text.split("MSH")[1:]]
        return [(f"{n:02}.hl7", "".join(some)) for n, some in enumerate(parts(random, messages))]
    resources = [{"resource": json.loads(line)} for line in text.splitlines()]
    for number, one in enumerate(resources):
        one["resource"].setdefault("meta", {"lastUpdated": f"2026-01-0{1 + number % 3}T08:00:00Z"})
        if random.random() < 0.3:
            del one["resource"]["meta"]
    return [
        (
            f"{n:02}.json",
            json.dumps({"resourceType": "Bundle", "type": "collection", "entry": some}),
        )
        for n, some in enumerate(parts(random, resources))
    ]


def spelled(random, text):
    "A CSV as another program writes it, perhaps with a line that does not fit, or without its last column"
    lines = text.splitlines()
    if random.random() < 0.2:
        lines.insert(random.randint(1, len(lines)), random.choice(("", "p0,2132-9", '"', "NULL")))
    if random.random() < 0.2:
        lines = [line.rpartition(",")[0] for line in lines]
    text = random.choice(("\n", "\n", "\r\n")).join([*lines, *random.choice(([""], []))])
    return random.choice(("", "", "\ufeff")) + text


def parts(random, rows):
    "The rows in parts of one to four, of which some are in the next part, too"
    rows, before = list(rows), []
    while rows:
        size = random.randint(1, 4)
        part, rows = rows[:size], rows[size:]
        yield before + part
        before = random.sample(part, random.choice((0, 0, 1, len(part))))


def drop(home, source, files):
    folder = home.landing / source
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def kept(home):
    "All that the lake holds, in which the order of receipt stands for its time"
    tables = {
        table: query(
            home,
            f"select * replace (rank() over (partition by entity, refused is null order by received_at) as received_at) from lake.{table}"
            if table == "delivery"
            else f"from lake.{table}",
        )
        for table in COLUMNS
    }
    return {table: Counter(map(repr, rows)) for table, rows in tables.items()}


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("source", ["canonical", "hl7v2", "fhir_r4"])
@settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=SEEDS)
def test_files_read_together_leave_what_each_would_alone(monkeypatch, source, seed):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    files = small_files(source, seed)
    random = Random(seed)
    for number in range(random.choice((0, 1, 3))):
        text = random.choice(BROKEN[source])
        files.append(
            (
                f"{'lab_result_' if source == 'canonical' else ''}x{number}.{files[0][0].split('.')[-1]}",
                text,
            )
        )
    order = sorted(files)
    with TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as folder:
        found = {}
        for name, small in (("alone", -1), ("together", claims.SMALL)):
            home = new_home(folder, name)
            monkeypatch.setattr(claims, "SMALL", small)
            run.land(home, [], source)
            for some in (order[: len(order) // 3], order[len(order) // 3 :]):
                drop(home, source, some)
                accounts = run.ingest_waiting(home)
                assert all(account.adds_up() for account in accounts)
            found[name] = kept(home) | {
                "archive": Counter(f.name for f in home.archive.rglob("*.*"))
            }
        for table, alone in found["alone"].items():
            together = found["together"][table]
            assert (together - alone, alone - together) == (Counter(), Counter()), table
