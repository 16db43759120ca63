"""Asks the services of a running stack over HTTP, as a browser or a script would."""

import json
from urllib.parse import quote
from urllib.request import Request, urlopen

from tools.stack import keys


def address(stack, service):
    port = next(iter(json.loads((stack.folder / "ports.json").read_text())[service].values()))
    return f"http://127.0.0.1:{port}"


def get(stack, service, path, **headers):
    """(the address that answered in the end, its JSON or text)."""
    with urlopen(Request(address(stack, service) + path, headers=headers), timeout=60) as answer:
        return answer.url, json.load(answer) if "json" in answer.headers[
            "content-type"
        ] else answer.read().decode()


def send(stack, path, body, method="POST", **headers):
    """The JSON that the api-server answers to a JSON."""
    headers |= {"content-type": "application/json"}
    with urlopen(
        Request(
            address(stack, "api-server") + path, json.dumps(body).encode(), headers, method=method
        ),
        timeout=60,
    ) as answer:
        return json.load(answer)


def as_user(stack, name, password):
    """The header of a user of Airflow."""
    return {
        "authorization": f"Bearer {send(stack, '/auth/token', {'username': name, 'password': password})['access_token']}"
    }


def as_admin(stack):
    """The header of Airflow's first administrator."""
    return as_user(stack, "admin", keys.read(stack.folder / ".env")["AIRFLOW_ADMIN_PASSWORD"])


def publish_what_waits(stack, headers):
    """Answers every waiting approval as one user; returns whether no run of a DAG is under way any more."""
    waiting = get(
        stack,
        "api-server",
        "/api/v2/dags/~/dagRuns/~/hitlDetails?response_received=false",
        **headers,
    )[1]["hitl_details"]
    for one in (detail["task_instance"] for detail in waiting):
        place = f"/api/v2/dags/{one['dag_id']}/dagRuns/{quote(one['dag_run_id'])}/taskInstances/{one['task_id']}/-1/hitlDetails"
        send(
            stack,
            place,
            {"chosen_options": ["Publish"], "params_input": {"because": "a test"}},
            "PATCH",
            **headers,
        )
    runs = get(stack, "api-server", "/api/v2/dags/~/dagRuns?state=running&state=queued", **headers)[
        1
    ]["dag_runs"]
    return not waiting and not runs
