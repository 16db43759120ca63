"""The triggers that wake the ingest, and the object store: each in a process of its own, as Airflow reads its environment when it is imported."""

import json
import textwrap
from itertools import pairwise

import pytest

from tests.programs import python, with_airflow

TRIGGER = """
import asyncio, json, os, pathlib, time
from dags import embedded
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
from b12_airflow import arrival
from pipeline.core import Home

home = Home.from_environment()
arrival.GAP = 0.2

def drop(name, text="patient_id\\nP1\\n"):
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_text(text)
    path.with_suffix(".part").rename(path)

async def events(trigger, seconds, enough=99, script=()):
    # The events of so many seconds from the first look on, or until enough came: the time, and what each says.
    # script: (events, action) in turn; an action waits for so many events, and for a whole look after the action before
    found, looks, script = [], [], list(script)
    looking = trigger.looking
    def counted():
        look = looking()
        def once():
            try:
                return look()
            finally:
                looks.append(time.monotonic())
        return once
    trigger.looking = counted
    running, task, acted = trigger.run(), None, 0
    while len(found) < enough and (not looks or time.monotonic() < looks[0] + seconds):
        if script and len(found) >= script[0][0] and len(looks) >= acted + 2:
            script.pop(0)[1]()
            acted = len(looks)
        task = task or asyncio.ensure_future(anext(running))
        done, _ = await asyncio.wait({task}, timeout=0.05)
        if done:
            found.append((time.time(), task.result().payload)); task = None
    if task: task.cancel()
    return found

def say(value):
    json.dump(value, open("said.json", "w"))
"""

STORE = (
    TRIGGER
    + """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
os.environ |= {
    "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "B12_LANDING_URL": "s3://aws_default@bucket/landing",
    "AIRFLOW_CONN_AWS_DEFAULT": json.dumps({"conn_type": "aws", "login": "x", "password": "x", "extra": {
        "endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1"}}),
}
import boto3
s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}")
s3.create_bucket(Bucket="bucket")

def put(name, text="patient_id\\nP1\\n"):
    s3.put_object(Bucket="bucket", Key=f"landing/{name}", Body=text.encode())

def keys():
    return sorted(one["Key"] for one in s3.list_objects_v2(Bucket="bucket").get("Contents", ()))

def landed():
    return sorted(path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*") if path.is_file())
"""
)


@pytest.fixture
def tell(airflow, tmp_path):
    "Runs a script after one of the above, and returns what it says"
    with_airflow(airflow, tmp_path)

    def told(before, script):
        (tmp_path / "said.json").unlink(missing_ok=True)
        done = python(tmp_path, "-c", before + textwrap.dedent(script), B12_SETTLE_SECONDS="0.3")
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads((tmp_path / "said.json").read_text())

    return told


def test_a_dropped_file_wakes_once_it_settled_and_again_until_it_is_taken(tell):
    found, changed_at = tell(
        TRIGGER,
        """
        trigger = arrival.DeliveryTrigger(str(home.root), every=0.1, again=1.0)
        found = asyncio.run(events(trigger, 60, 3, [(0, lambda: drop("canonical/patient.csv"))]))
        say([found, (home.landing / "canonical/patient.csv").stat().st_ctime])
    """,
    )
    moments = [moment for moment, _ in found]
    assert moments[0] - changed_at >= 0.3  # not before it settled
    assert all(later - earlier >= 0.9 for earlier, later in pairwise(moments))
    assert [payload for _, payload in found] == [{"files": 1}] * 3


def test_the_next_file_of_the_same_name_wakes_again_at_once(tell):
    found = tell(
        TRIGGER,
        """
        trigger = arrival.DeliveryTrigger(str(home.root), every=0.1, again=600.0)
        came, taken = (lambda: drop("canonical/patient.csv")), (lambda: (home.landing / "canonical/patient.csv").unlink())
        say(asyncio.run(events(trigger, 60, 2, [(0, came), (1, taken), (1, came)])))
    """,
    )
    assert len(found) == 2


def test_a_landing_folder_that_cannot_be_read_does_not_end_the_trigger(tell):
    found = tell(
        TRIGGER,
        """
        from pipeline.landing import arrival as arriving
        trigger = arrival.DeliveryTrigger(str(home.root), every=0.1, again=600.0)
        real, calls = arriving.list_files, []
        def away_at_first(folder, **more):
            calls.append(1)
            if len(calls) < 5:
                raise PermissionError(13, "Permission denied")
            return real(folder, **more)
        arriving.list_files = away_at_first
        drop("canonical/patient.csv")
        say([asyncio.run(events(trigger, 60, 1)), len(calls) >= 5])
    """,
    )
    assert [payload for _, payload in found[0]] == [{"files": 1}] and found[1]


def test_a_file_that_fits_no_profile_wakes_nothing(tell):
    found = tell(
        TRIGGER,
        """
        trigger = arrival.DeliveryTrigger(str(home.root), every=0.1, again=60.0)
        drop("nobody_knows/patient.csv"), drop("patient.csv")
        say(asyncio.run(events(trigger, 1.5)))
    """,
    )
    assert found == []


def test_triggers_are_made_anew_from_what_they_serialize(tell):
    said = tell(
        TRIGGER,
        """
        from airflow.sdk._shared.module_loading import import_string
        os.environ["B12_LANDING_URL"] = "s3://aws_default@bucket/landing"
        os.environ["B12_QUEUE"] = json.dumps({"scheme": "sqs", "sqs_queue": "https://sqs.example/1/deliveries"})
        asset = arrival.arrivals()
        pairs = [watcher.trigger.serialize() for watcher in asset.watchers]
        again = [import_string(path)(**kwargs).serialize() for path, kwargs in pairs]
        say([[watcher.name for watcher in asset.watchers], pairs == again, [path for path, _ in pairs]])
    """,
    )
    assert said[0] == ["landing", "object_store", "queue"] and said[1]
    assert said[2][:2] == [
        "b12_airflow.arrival.DeliveryTrigger",
        "b12_airflow.arrival.StoreTrigger",
    ]
    assert said[2][2].endswith("SqsSensorTrigger")


def test_objects_are_brought_in_and_put_aside(tell):
    said = tell(
        STORE,
        """
        from b12_airflow import object_store
        put("canonical/patient.csv"), put("canonical/day/lab_result.csv"), put("canonical/day/_READY", ""), put("canonical/x.csv.part"), put("lost.csv")
        trigger = arrival.StoreTrigger("s3://aws_default@bucket/landing", every=0.1, again=60.0)
        woken = asyncio.run(events(trigger, 60, 1))
        first = object_store.fetch(home)
        say([woken, first, keys(), landed(), object_store.fetch(home), asyncio.run(events(trigger, 1.0))])
    """,
    )
    assert [payload for _, payload in said[0]] == [{"files": 3}]
    assert said[1] == 3
    assert said[2] == [
        "landing/canonical/x.csv.part", "landing/lost.csv",
        "taken-landing/canonical/day/_READY", "taken-landing/canonical/day/lab_result.csv", "taken-landing/canonical/patient.csv",
    ]  # fmt: skip
    assert said[3] == [
        "canonical/day/_READY",
        "canonical/day/lab_result.csv",
        "canonical/patient.csv",
    ]
    assert said[4:] == [0, []]


def test_an_object_whose_place_is_taken_waits_and_one_written_anew_meanwhile_stays(tell):
    said = tell(
        STORE,
        """
        from b12_airflow import object_store
        drop("canonical/patient.csv", "patient_id\\nP0\\n")
        put("canonical/patient.csv", "patient_id\\nP1\\n")
        waits = [object_store.fetch(home), keys(), (home.landing / "canonical/patient.csv").read_text()]
        (home.landing / "canonical/patient.csv").unlink()
        about = object_store.objects(os.environ["B12_LANDING_URL"])
        real = object_store.copy_into_landing
        def brought_while_the_sender_writes(home, path, name):
            done = real(home, path, name)
            put("canonical/patient.csv", "patient_id\\nP2\\n")
            return done
        object_store.copy_into_landing = brought_while_the_sender_writes
        anew = [object_store.fetch(home), keys(), (home.landing / "canonical/patient.csv").read_text()]
        object_store.copy_into_landing = real
        (home.landing / "canonical/patient.csv").unlink()
        third = object_store.fetch(home)
        say([waits, anew, third, (home.landing / "canonical/patient.csv").read_text()])
    """,
    )
    assert said[0] == [0, ["landing/canonical/patient.csv"], "patient_id\nP0\n"]
    assert said[1] == [0, ["landing/canonical/patient.csv"], "patient_id\nP1\n"]
    assert said[2:] == [1, "patient_id\nP2\n"]


def test_an_object_brought_again_after_a_crash_is_ingested_once(tell):
    said = tell(
        STORE,
        """
        from b12_airflow import object_store
        from pipeline import run
        put("canonical/patient.csv", "patient_id,birth_date\\nP1,1970-01-01\\n")
        real = object_store.ObjectStoragePath
        class Killed(BaseException): pass
        def dies(*args): raise Killed
        fs = real(os.environ["B12_LANDING_URL"]).fs
        move, type(fs).mv = type(fs).mv, dies
        try: object_store.fetch(home)
        except Killed: pass
        type(fs).mv = move
        take = lambda: run.ingest_waiting(home)
        first = take()
        fetched = object_store.fetch(home)
        second = take()
        say([fetched, [[one.accepted, one.duplicates] for one in first + second], keys()])
    """,
    )
    assert said == [1, [[1, 0], [0, 1]], ["taken-landing/canonical/patient.csv"]]


def test_an_object_cannot_lead_out_of_landing(tell):
    said = tell(
        STORE,
        """
        from b12_airflow import object_store
        put("canonical/../../../evil.csv")
        say([object_store.fetch(home), landed(), sorted(path.name for path in home.root.parent.glob("*.csv"))])
    """,
    )
    assert said == [0, [], []]


def test_a_message_in_a_queue_wakes(tell):
    said = tell(
        STORE,
        """
        sqs = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{port}")
        url = sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        os.environ["B12_QUEUE"] = json.dumps({"scheme": "sqs", "sqs_queue": url, "waiter_delay": 1})
        queue = arrival.arrivals().watchers[-1].trigger
        sqs.send_message(QueueUrl=url, MessageBody="something came")
        event = asyncio.run(asyncio.wait_for(anext(queue.trigger.run()), 120))
        say(type(event).__name__)
    """,
    )
    assert said == "TriggerEvent"
