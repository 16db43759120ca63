"""The Airflow plugin: mounts the web app under `/b12` of the api-server, behind Airflow's login and
roles.

Every component of Airflow loads plugins; only the api-server builds the app, at the first
request.
"""

from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/b12"


class LazyApp:
    """The web app as ASGI; built for the first request, in a thread, so that the api-server goes on
    meanwhile."""

    def __init__(self):
        self.app = None

    async def __call__(self, scope, receive, send):
        from anyio import Lock, to_thread

        self.lock = getattr(self, "lock", None) or Lock()
        async with self.lock:
            if self.app is None:
                self.app = await to_thread.run_sync(_build)
        await self.app(scope, receive, send)


def _build():
    from b12_airflow.readers import reader
    from pipeline.core import Home
    from pipeline.web import create_app

    return create_app(Home.from_environment(), identify=reader)


def _path():
    "Where the api-server stands, behind a proxy that gives it a path of its own"
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


class B12Plugin(AirflowPlugin):
    """The worklist, the patients, the quality of the data and the runs, as a page of Airflow's
    navigation."""

    name = "b12_screening"
    fastapi_apps = [{"app": LazyApp(), "url_prefix": PREFIX, "name": "B12 worklist"}]  # noqa: RUF012 - Airflow's own way
    external_views = [  # noqa: RUF012
        {
            "name": "B12 worklist",
            "href": f"{_path()}{PREFIX}/",
            "destination": "nav",
            "url_route": "b12-worklist",
        }
    ]
