"""An object store on this computer, as a process of its own: moto's server, whose contents survive that it is away for a while."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.disable()
def started():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
    server.start()
    print("ok", flush=True)
    return server
server = started()
for line in sys.stdin:
    if line == "stop\\n":
        server.stop()
        print("ok", flush=True)
    else:
        server = started()
"""


class ObjectStore:
    """A store of one bucket. variables: by which it is reached."""

    def __init__(self, port, process):
        self.process = process
        self.variables = {
            "AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-secret-key", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true",
        }  # fmt: skip

    def go(self):
        """Be away, until `come`."""
        self._ask("stop")

    def come(self):
        """Be back, with what was there before."""
        self._ask("start")

    def _ask(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n"


@contextmanager
def object_store():
    """Yields an ObjectStore with the bucket `bucket`; meanwhile the variables of this process lead to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen(command, text=True, **pipes) as process,
        pytest.MonkeyPatch.context() as environment,
    ):
        try:
            assert process.stdout.readline() == "ok\n"
            store = ObjectStore(port, process)
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                environment.delenv(name)
            for name, value in store.variables.items():
                environment.setenv(name, value)
            files().mkdir("bucket")
            yield store
        finally:
            process.kill()


def files():
    """The file system of the store that the variables lead to."""
    import s3fs

    return s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"], use_listings_cache=False)
