"""What `make run` does: runs the DAGs of this folder in this process with `dag.test()`, without
servers.

Airflow's metadata is a SQLite file under `$B12_HOME/airflow` that may be deleted at any time. Exit
codes are those of the `b12` command: 0 done, 10 a delivery was refused (the others went in), 11 a
gate closed, 12, 13.
"""

import argparse
import os
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipeline.core import Failure, Refused, clock, config, counted

OTHER_PATIENTS = 8  # of each of the two small sources of the demonstration
DAGS = Path(__file__).resolve().parent


def main(arguments=None) -> int:
    options = parse(arguments)
    os.environ["B12_HOME"] = str(options.home.absolute())
    home = config.Home.from_environment()
    try:
        return walk(home, options)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code


def walk(home, options) -> int:
    from pipeline import run

    extracts = {options.source: options.data} if options.data else write_demo(home, options)
    for source, folder in extracts.items():
        say(f"Copying the extracts of {folder} into the landing folder of {source}")
        run.land(home, [folder], source)
    prepare_airflow(home.root / "airflow")
    ingest = run_dag("ingest_extract", "Ingesting, one task per batch of files")
    refused = describe_accounts(ingest)
    as_of = as_of_date(options)
    run_dag("screen_population", f"Screening as of {as_of}", as_of=str(as_of))
    print(f"\n{run.describe(home, b12=b12_command(home))}")
    return Refused.exit_code if refused else 0


def b12_command(home) -> str:
    "How to call `b12` from the current folder for this home"
    command = os.path.relpath(Path(sys.executable).parent / "b12")
    return (
        command
        if home.root == Path("b12-home").absolute()
        else f"{command} --home {os.path.relpath(home.root)}"
    )


def parse(arguments):
    parser = argparse.ArgumentParser(prog="make run", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data",
        type=existing_path,
        help="folder with your extracts (default: a demonstration population)",
    )
    parser.add_argument(
        "--source", default="canonical", help="the profile in sources/ that describes the extracts"
    )
    parser.add_argument(
        "--patients", type=int, default=20_000, help="size of the demonstration population"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the demonstration population")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, help="the day to screen for (default: today)"
    )
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("B12_HOME", "b12-home")))
    return parser.parse_args(arguments)


def existing_path(text: str) -> Path:
    if not Path(text).exists():
        raise argparse.ArgumentTypeError(f"the file or folder {text} does not exist")
    return Path(text).resolve()


def write_demo(home, options) -> dict[str, Path]:
    "The extracts of the population, and those of two small sources, by profile"
    from pipeline import demo

    as_of, folder = as_of_date(options), home.root / "demo" / f"{options.patients}-{options.seed}"
    with step(f"Writing a demonstration population of {counted(options.patients, 'patient')}"):
        demo.write_demo(folder, patients=options.patients, seed=options.seed, as_of=as_of)
    extracts = {options.source: folder}
    for source, write in demo.OTHER_SOURCES.items():
        extracts[source] = folder.with_name(source)
        write(extracts[source], patients=OTHER_PATIENTS, as_of=as_of)
    return extracts


def as_of_date(options) -> date:
    "The day given, else the day to which the profile aligns de-identified dates, else today"
    import yaml

    profile = config.SOURCES / f"{options.source}.yaml"
    aligned = (
        yaml.safe_load(profile.read_text()).get("align_last_event_on") if profile.exists() else None
    )
    return options.as_of or date.fromisoformat(str(aligned or clock.today()))


def prepare_airflow(folder: Path) -> None:
    """Sets Airflow's environment, which it reads when it is imported, and creates its metadata
    where they are missing"""
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        # a failed task is reported once, by report(), not as a trace
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "airflow.sdk.api.client=CRITICAL task=CRITICAL",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "GX_ANALYTICS_ENABLED": "false",
        "B12_HOLD_WARNED": "no",  # no steward can decide here; the gates print their warnings
    }
    with step("Starting Airflow in this process"):
        import airflow
        from airflow.utils import db

        ready = folder / f"ready-{airflow.__version__}"
        if (
            not ready.exists()
        ):  # absent, half made, or of another version: nothing in it is worth keeping
            (folder / "airflow.db").unlink(missing_ok=True)
            db.upgradedb()
            ready.touch()


def run_dag(dag_id: str, message: str, **conf):
    "Runs one DAG to its end; raises the first error of its tasks"
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(DAGS)
    assert not bag.import_errors, bag.import_errors
    dag, errors = bag.dags[dag_id], []
    for task in dag.tasks:
        task.retries = 0  # at a prompt, a retry after minutes is too late
        task.on_failure_callback = [lambda context: errors.append(context["exception"])]
    with step(message):
        dag_run = dag.test(run_conf=conf)
    if errors:
        raise errors[0]
    states = {ti.state for ti in dag_run.get_task_instances()}
    assert states <= {"success", "skipped"}, states  # the run's own state can hide a failed task
    return dag_run


def describe_accounts(ingest) -> int:
    "Says what became of the files and their rows; returns how many files were refused"
    from pipeline.exports import account_line
    from pipeline.ingest import Account

    done = [
        ti for ti in ingest.get_task_instances() if ti.task_id == "ingest" and ti.state == "success"
    ]
    batches = [ti.xcom_pull(task_ids="ingest", map_indexes=ti.map_index) for ti in done]
    accounts = [account for accounts in batches for account in accounts or ()]
    accounts = [account for account in accounts if account["entity"] != "reference"]
    refused = [account for account in accounts if account["refused"]]
    for account in accounts:
        say(f"  {account_line(Account(**account))}")
    say(f"  {counted(len(accounts) - len(refused), 'file')} ingested, {len(refused)} refused")
    return len(refused)


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(text: str):
    started = time.monotonic()
    print(f"{text} …", end="", flush=True)
    try:
        yield
    finally:
        print(f" {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
