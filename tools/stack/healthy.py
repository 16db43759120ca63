"""Whether a service is well: `healthy.py URL [COMPONENT]` ends with 0 if the address answers, and
says so of the component; of `tcp://HOST:PORT` if it takes a connection."""

import json
import socket
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen


def is_healthy(url, component=None):
    """component: a part of Airflow, as named in its answer under `/api/v2/monitor/health`."""
    try:
        if url.startswith("tcp://"):
            parts = urlsplit(url)
            socket.create_connection((parts.hostname, parts.port), timeout=8).close()
            return True
        with urlopen(url, timeout=8) as answer:  # noqa: S310 - an address of docker-compose.yml
            return component is None or json.load(answer)[component]["status"] == "healthy"
    except (URLError, OSError) as error:
        print(f"{url}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy(*sys.argv[1:]))
