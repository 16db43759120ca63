"""docker-compose.yml: valid by the specification, safe by our own rules, and read by `make up` as Docker would."""

import json
import re
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import jsonschema
import pytest

from pipeline.core.environment import Settings, variable_of
from tools.stack import compose, healthy, keys, local, postgres

ROOT = Path(__file__).resolve().parents[2]
FILE = compose.load()
SERVICES = FILE["services"]
BY_PROFILE = {"operate": ["operate"], "receive": ["receive"]}
LASTING = sorted(set(SERVICES) - {"init", "operate"})
SCHEMA = ROOT / "tests" / "data" / "compose-spec" / "compose-spec.json"
NO_SETTING = {"B12_SCREENING": "the integration's name in a lineage event"}
VARIABLES = re.compile(r"\$\{(\w+)(:[-?])?")


def each(names):
    return pytest.mark.parametrize("service", [SERVICES[name] for name in names], ids=list(names))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    "Pytest's folders are closed: what root's PostgreSQL would keep below /var/lib is kept here"
    monkeypatch.setattr(postgres, "ELSEWHERE", tmp_path / "elsewhere")


def has_plugin():
    return (
        shutil.which("docker")
        and not subprocess.run(
            ["docker", "compose", "version"], capture_output=True, check=False
        ).returncode
    )


def test_it_is_as_the_compose_specification_says():
    jsonschema.validate(FILE, json.loads(SCHEMA.read_text()))


@pytest.mark.skipif(not has_plugin(), reason="the plugin docker compose is not installed")
def test_docker_compose_reads_it(tmp_path):
    keys.write(tmp_path / ".env")
    command = [
        "docker",
        "compose",
        "--env-file",
        tmp_path / ".env",
        "--file",
        compose.FILE,
        "config",
        "--quiet",
    ]
    subprocess.run(command, check=True)


@each(LASTING)
def test_a_service_that_lasts_is_asked_whether_it_is_well_and_started_again(service):
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", ["init", "operate"])
def test_what_is_done_once_ends(name):
    assert SERVICES[name]["restart"] == "no"


def test_what_belongs_to_a_profile_is_started_where_it_is_asked_for_alone(monkeypatch):
    found = {name: each["profiles"] for name, each in SERVICES.items() if "profiles" in each}
    assert found == BY_PROFILE
    assert not set(BY_PROFILE) & set(compose.services())
    assert not any(set(BY_PROFILE) & set(each.get("depends_on", ())) for each in SERVICES.values())
    monkeypatch.setenv("COMPOSE_PROFILES", "receive")
    assert set(compose.services()) == set(SERVICES) - {"operate"}


def test_the_listener_is_asked_by_the_port_on_which_it_listens():
    port = re.fullmatch(r"tcp://127.0.0.1:(\d+)", SERVICES["receive"]["healthcheck"]["test"][-1])[1]
    assert SERVICES["receive"]["command"][-1] == port
    assert SERVICES["receive"]["ports"][0].endswith(f":{port}")


def test_a_port_that_takes_connections_is_well():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        assert healthy.is_healthy(address)
    assert not healthy.is_healthy(address)


@each(SERVICES)
def test_a_service_has_no_rights_that_it_does_not_need(service):
    assert service["user"] in ("10001:10001", "postgres", "redis")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "docker.sock" not in str(service)


@each(SERVICES)
def test_a_service_has_limits(service):
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


@each(SERVICES)
def test_any_number_of_a_service_can_run(service):
    assert "container_name" not in service


@each(SERVICES)
def test_an_image_is_pinned_or_ours(service):
    ours = service["image"].startswith("b12-screening:") and service["build"] == "."
    assert ours or re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-bookworm", service["image"])


def test_the_image_is_built_on_a_pinned_one_and_runs_without_privileges():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base) for base in bases)
    assert "USER 10001:10001" in lines


@each(compose.services())
def test_volumes_are_named_and_declared(service):
    assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(FILE["volumes"])


def test_of_the_machines_folders_one_is_seen_and_by_the_operator_alone():
    assert SERVICES["operate"]["volumes"] == [
        "home:/var/lib/b12",
        {"type": "bind", "source": "${B12_BACKUPS:-./backups}", "target": "/backups"},
    ]


@each(SERVICES)
def test_what_is_published_is_published_on_loopback(service):
    ports = [compose.filled(port, {}) for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_databases_are_published_nowhere_and_reach_nothing():
    assert FILE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert (SERVICES[name]["networks"], "ports" in SERVICES[name]) == (["inside"], False)


def test_a_service_is_in_the_networks_that_it_needs_and_in_no_other():
    "Pages are published and reach nothing else; what watches a store or sends messages reaches out, and is not published"
    found = {name: tuple(service["networks"]) for name, service in SERVICES.items()}
    published = {name for name, networks in found.items() if "published" in networks}
    outside = {name for name, networks in found.items() if "outside" in networks}
    assert published == {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web", "api-server", "receive"}
    assert outside == {"worker", "dag-processor", "triggerer", "operate"}
    assert set(found) == {name for name, networks in found.items() if "inside" in networks}


def test_from_the_published_pages_no_connection_to_elsewhere_is_answered():
    options = FILE["networks"]["published"]["driver_opts"]
    assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"


@pytest.mark.parametrize("network", ["published", "outside"])
def test_a_network_that_leads_out_has_a_name_for_the_firewall(network):
    options = FILE["networks"][network]["driver_opts"]
    name = compose.filled(options["com.docker.network.bridge.name"], {})
    assert name == f"b12-{network}" and len(name) <= 15  # as long as Linux allows
    assert name in (ROOT / "docs" / "runbook.md").read_text()


def test_the_runbook_says_how_to_pin_every_image_by_its_digest():
    words = (ROOT / "docs" / "runbook.md").read_text()
    images = {service["image"] for service in SERVICES.values()}
    dockerfile = (ROOT / "Dockerfile").read_text()
    images = {image for image in images if not image.startswith("b12-screening:")}
    images |= set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))
    assert len(images) == 3
    assert all(f"{image}" in words for image in images)


@each(SERVICES)
def test_no_secret_stands_in_the_file(service):
    secret = re.compile(r"PASSWORD|SECRET|KEY|CONN|URL|BACKEND")
    held = {
        name: str(value)
        for name, value in service["environment"].items()
        if value is not None and secret.search(name)
    }
    plain = {value for value in held.values() if ":?run make secrets first}" not in value}
    assert all(
        value == "http://api-server:8080/execution/" or re.fullmatch(r"\$\{\w+:-\}", value)
        for value in plain
    )


def test_a_variable_is_a_secret_that_is_generated_or_has_a_default():
    found = set(VARIABLES.findall(compose.FILE.read_text())) - {("VAR", "")}
    assert {name for name, kind in found if kind == ":?"} == set(keys.NAMES)
    assert all(kind in (":?", ":-") for _, kind in found)


@pytest.mark.parametrize(
    ("secret", "holders"),
    [
        ("POSTGRES_PASSWORD", {"postgres", "init"}),
        ("AIRFLOW_DB_PASSWORD", {"init", "api-server", "scheduler", "dag-processor", "triggerer"}),
        ("B12_DB_PASSWORD", {"init", "api-server", "worker", "web", "operate"}),
        ("REDIS_PASSWORD", {"redis", "scheduler", "worker"}),
        ("AIRFLOW_JWT_SECRET", {"api-server", "scheduler"}),
        ("AIRFLOW_ADMIN_PASSWORD", {"init"}),
        ("B12_ADMIN_PASSWORD", {"init"}),
    ],
)
def test_a_secret_is_known_to_those_who_need_it(secret, holders):
    assert {
        name for name, service in SERVICES.items() if f"${{{secret}:" in str(service)
    } == holders


@pytest.mark.parametrize(
    ("setting", "readers"),
    [
        ("B12_STEWARDS", {"dag-processor", "scheduler", "worker"}),
        ("B12_HOLD_WARNED", {"dag-processor", "scheduler", "worker"}),
        ("B12_REQUIRE_SIGNED_PACK", {"dag-processor", "scheduler", "worker"}),
        ("B12_PROTOCOL", {"dag-processor", "scheduler", "worker", "operate"}),
        ("B12_SHADOW_PACKS", {"worker", "api-server", "web", "operate"}),
        ("B12_SCREEN_QUEUE", {"dag-processor", "scheduler", "worker"}),
        ("B12_BUCKET_PATIENTS", {"worker", "operate"}),
        ("B12_NOTIFY_WEBHOOK", {"worker", "dag-processor", "operate"}),
        ("B12_ERASURE_KEY", {"worker", "web", "operate"}),
        ("B12_BACKUP_KEY", {"operate"}),
        ("B12_TIMEZONE", {"worker", "api-server", "web", "operate"}),
        ("B12_CLINIC_NAME", {"api-server", "web", "operate"}),
        ("B12_CLINIC_PHONE", {"api-server", "web", "operate"}),
        ("B12_LETTER_FONT", {"worker", "api-server", "web", "operate"}),
        ("B12_MEMORY", {"worker", "api-server", "web", "operate"}),
        ("B12_FILE_MEMORY", {"worker"}),
        ("B12_FILE_ROWS", {"worker", "operate"}),
        ("B12_RECEIVE_TYPES", {"receive"}),
        ("B12_LAKE_URL", {"worker", "api-server", "web", "operate"}),
        ("AWS_SECRET_ACCESS_KEY", {"worker", "api-server", "web", "operate"}),
        ("AIRFLOW_CONN_AWS_DEFAULT", {"worker", "triggerer"}),
        ("OPENLINEAGE__TRANSPORT__TYPE", {"worker"}),
    ],
)
def test_a_setting_reaches_every_reader(setting, readers):
    assert readers <= {
        name for name, service in SERVICES.items() if setting in service["environment"]
    }


@pytest.mark.parametrize("service", ["triggerer", "worker", "dag-processor", "operate"])
def test_services_that_watch_a_store_or_send_messages_reach_the_network(service):
    assert SERVICES[service]["networks"] == ["inside", "outside"]


def test_every_setting_that_is_read_or_described_is_handed_to_some_service():
    words = {
        path: path.read_text()
        for room in ("pipeline", "dags", "b12_airflow")
        for path in (ROOT / room).rglob("*.py")
    }
    words |= {path: path.read_text() for path in (ROOT / "docs").glob("*.md")}
    read = {
        name
        for text in words.values()
        for name in re.findall(r"(?:[\"'$`]|environ\[.)(B12_[A-Z_]*[A-Z])\b", text)
    }
    assert len(read) > 20
    handed = {name for service in SERVICES.values() for name in service["environment"]} | set(
        re.findall(r"\bB12_\w+", compose.FILE.read_text())
    )
    assert read - handed == set(NO_SETTING)


VISIBILITY = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"


def test_a_task_that_waits_for_a_free_worker_is_not_failed_before_the_longest_ends():
    scheduler = SERVICES["scheduler"]["environment"]
    again, seconds = (
        int(scheduler[f"AIRFLOW__SCHEDULER__{name}"])
        for name in ("NUM_STUCK_IN_QUEUED_RETRIES", "TASK_QUEUED_TIMEOUT")
    )
    longest = int(SERVICES["worker"]["environment"][VISIBILITY])
    assert again * seconds >= longest


def default(service, name):
    "The value of a variable of a service, or of its limits, where .env does not name it"
    return compose.filled(str({**service["environment"], **limits(service)}[name]), {})


def limits(service):
    return service["deploy"]["resources"]["limits"]


def in_bytes(size):
    "As Docker and DuckDB read it: 3g is 3 GiB, 3GB are 3,000,000,000"
    number, unit = re.fullmatch(r"(\d+)(\w+)", size).groups()
    return int(number) * {"MB": 10**6, "GB": 10**9, "g": 2**30}[unit]


def test_the_files_that_a_worker_reads_at_a_time_fit_into_its_memory():
    worker = SERVICES["worker"]
    files = int(default(worker, "AIRFLOW__CELERY__WORKER_CONCURRENCY"))
    together = files * in_bytes(default(worker, "B12_FILE_MEMORY")) + 10**9
    assert together <= in_bytes(default(worker, "memory"))


def test_a_file_that_the_operator_ingests_fits_into_the_memory_of_the_service():
    operate = SERVICES["operate"]
    assert "B12_FILE_MEMORY" not in operate["environment"]
    assert 2 * in_bytes(default(operate, "B12_MEMORY")) + 10**9 <= in_bytes(
        default(operate, "memory")
    )


def test_the_limits_on_a_file_are_those_of_the_program_unless_set():
    settings = set(map(variable_of, Settings.model_fields))
    limiting = re.compile(r"B12_(FILE|MESSAGE|SEGMENT)_\w+")
    for name in ("worker", "operate"):
        handed = {k: v for k, v in SERVICES[name]["environment"].items() if limiting.fullmatch(k)}
        handed.pop("B12_FILE_MEMORY", None)
        assert set(handed) == set(filter(limiting.fullmatch, settings)) - {"B12_FILE_MEMORY"}
        assert set(handed.values()) == {None}


def test_a_name_without_a_value_is_handed_on_where_it_is_set():
    assert compose.handed_on({"A": None, "B": None, "C": "x"}, {"A": "1", "B": "", "C": "2"}) == {
        "A": "${A}",
        "C": "x",
    }


def test_patients_data_is_mounted_where_it_is_worked_on_and_read_only_where_it_is_looked_at():
    mounted = {
        name: text
        for name, service in SERVICES.items()
        for text in map(str, service.get("volumes", ()))
        if text.startswith("home:")
    }
    assert {name for name, volume in mounted.items() if volume.endswith(":ro")} == {
        "api-server",
        "triggerer",
    }
    assert {name for name, volume in mounted.items() if not volume.endswith(":ro")} == {
        "init",
        "worker",
        "web",
        "operate",
        "receive",
    }


def test_secrets_are_written_once_for_their_owner_alone(tmp_path):
    file = tmp_path / ".env"
    assert keys.write(file) == list(keys.NAMES)
    before = file.read_text()
    assert (keys.write(file), file.read_text(), file.stat().st_mode & 0o777) == ([], before, 0o600)
    assert len(set(keys.read(file).values())) == len(keys.NAMES)


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path):
    file = tmp_path / ".env"
    file.write_text("B12_SECRET=mine\n")
    assert "B12_SECRET" not in keys.write(file)
    assert keys.read(file)["B12_SECRET"] == "mine"
    assert set(keys.read(file)) == set(keys.NAMES)


@pytest.mark.parametrize("name", [".env", "b12-stack", "backups"])
def test_secrets_and_state_go_into_neither_git_nor_the_image(name):
    assert f"/{name}" in (ROOT / ".gitignore").read_text()
    assert {".*", "b12-stack", "b12-home", "backups"} <= set(
        (ROOT / ".dockerignore").read_text().splitlines()
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "1"),
        ("${A:-2}", "1"),
        ("${B:-2}", "2"),
        ("${B:-}", ""),
        ("$$A", "$A"),
        ("x${A:?why}y", "x1y"),
        ("plain", "plain"),
    ],
)
def test_variables_are_filled_in_as_docker_does(text, value):
    assert compose.filled(text, {"A": "1"}) == value


@pytest.mark.parametrize("text", ["${B}", "${B:?why}"])
def test_a_variable_without_a_value_is_an_error(text):
    with pytest.raises(KeyError):
        compose.filled(text, {"A": "1", "B": ""})


def test_durations():
    assert [compose.seconds(text) for text in ("10s", "1m30s", "500ms", "2h")] == [
        10,
        90,
        0.5,
        7200,
    ]


@pytest.fixture
def processes(tmp_path):
    keys.write(tmp_path / ".env")
    return {service.name: service for service in local.services(tmp_path, {"worker": 2})}


def test_a_scaled_service_runs_as_often_as_asked_and_knows_its_name(processes):
    assert set(processes) == {*compose.services(), "worker-2"}
    assert processes["worker"].command == processes["worker-2"].command
    assert processes["worker-2"].environment["HOSTNAME"] == "worker-2"


def test_without_docker_every_address_is_on_loopback_and_every_path_under_the_folder(
    processes, tmp_path
):
    for service in processes.values():
        told = json.dumps(
            [service.command, service.health and service.health.command, service.environment]
        )
        assert not re.search(
            r"\b(postgres:5432|redis:6379|api-server:8080)\b|0\.0\.0\.0|/var/(lib|log|run)",
            told.replace(str(tmp_path), ""),
        )


def test_a_secret_is_never_changed_by_the_change_of_ports(tmp_path):
    keys.write(tmp_path / ".env")
    text = (tmp_path / ".env").read_text()
    (tmp_path / ".env").write_text(re.sub(r"REDIS_PASSWORD=.*", "REDIS_PASSWORD=a-6379-b", text))
    redis = next(service for service in local.services(tmp_path, {}) if service.name == "redis")
    assert redis.environment["REDIS_PASSWORD"] == "a-6379-b"
    assert "--port 6379 " not in redis.command[-1]


@pytest.fixture
def ports(tmp_path, monkeypatch):
    "Returns the ports of the pages of a stack, as its .env and the environment are"
    units = local.replicas(compose.services(), {"web": 2})

    def chosen(*, written="", **environment):
        (tmp_path / ".env").write_text(written)
        with monkeypatch.context() as patched:
            for name in ("AIRFLOW_PORT", "B12_WEB_PORT"):
                patched.delenv(name, raising=False)
            for name, value in environment.items():
                patched.setenv(name, value)
            found = local.chosen_ports(tmp_path, units)
        assert found["web-2"]["8090"] not in (found["web"]["8090"], 8090), "one alone is published"
        return found["api-server"]["8080"], found["web"]["8090"]

    return chosen


def free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_port_is_the_one_asked_for_in_the_file_or_before_it_in_the_environment_now_and_later(
    ports,
):
    airflow, web, other = free(), free(), free()
    written = f"AIRFLOW_PORT={airflow}\nB12_WEB_PORT={web}\n"
    assert ports(written=written) == (airflow, web)
    assert ports(written=written, AIRFLOW_PORT=str(other)) == (other, web)
    assert ports(written=written) == (airflow, web)


def test_a_port_that_is_taken_gives_way_to_one_that_is_kept_while_it_is_taken(ports):
    wanted = free()
    with socket.create_server(("127.0.0.1", wanted)):
        instead = ports(AIRFLOW_PORT=str(wanted))
        assert instead[0] != wanted and ports(AIRFLOW_PORT=str(wanted)) == instead
    assert ports(AIRFLOW_PORT=str(wanted))[0] == wanted


def test_a_command_in_a_stack_that_runs_uses_the_ports_that_it_runs_with(tmp_path, monkeypatch):
    keys.write(tmp_path / ".env")
    web = next(one for one in local.services(tmp_path, {}) if one.name == "web")
    monkeypatch.setenv("B12_WEB_PORT", str(free()))
    monkeypatch.setenv("AIRFLOW_PORT", str(free()))
    again = next(
        one for one in local.services(tmp_path, {}, are_ports_kept=True) if one.name == "web"
    )
    assert again.command == web.command


def test_two_stacks_have_ports_of_their_own(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir(), other.mkdir()
    units = local.replicas(compose.services(), {"scheduler": 2})
    chosen = local.chosen_ports(one, units)
    assert local.chosen_ports(one, units) == chosen, "kept while the stack is there"
    with ExitStack() as held:
        taken = [port for ports in chosen.values() for port in ports.values()]
        for port in taken:
            held.enter_context(socket.create_server(("127.0.0.1", port)))
        others = [
            port for ports in local.chosen_ports(other, units).values() for port in ports.values()
        ]
    assert len(set(taken + others)) == 2 * len(taken)
