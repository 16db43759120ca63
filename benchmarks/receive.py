"""`b12 receive` on one core: messages a second, each acknowledged once it is on the disk, against a
bare echo server and a bare write with a flush for each of the same messages, in one run.

Every server is a process of its own on one core, the sender another one on the others. Each
connection waits for the answer to a message before it sends the next, as interface engines do.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
import tempfile
import threading
import time
from multiprocessing import get_context
from pathlib import Path

from benchmarks.sources import SAMPLES, samples
from pipeline.core import Home
from pipeline.landing import spooled_files
from pipeline.receiving import receive

TARGET = 500  # messages a second
SPAWN = get_context("spawn")
ANSWER = b"\x0bMSH|^~\\&|\rMSA|AA|1\r\x1c\r"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=20, help="of each measurement")
    options.add_argument("--connections", type=int, nargs="*", default=[1, 10, 50])
    options.add_argument("--folder", type=Path, help="on the disk that is measured")
    given = options.parse_args()
    messages = [answered(message) for message in samples(SAMPLES)]
    size = sum(map(len, messages)) / len(messages) / 1e3
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        print(f"{len(messages)} messages of {size:.1f} kB in turn, a second:")
        for connections in given.connections:
            measure(Path(folder) / f"home-{connections}", messages, connections, given.seconds)


def answered(message):
    "A sample as bytes, without what it says in MSH-15 and MSH-16 about answers"
    header, *others = message.split("\r")
    fields = header.split("|")
    fields[14:16] = ["", ""]
    return "\r".join(["|".join(fields), *others]).encode()


def write(path, messages, seconds):
    "The reference of the disk: messages a second, each written and flushed by itself"
    file, number, until = os.open(path, os.O_WRONLY | os.O_CREAT), 0, time.monotonic() + seconds
    while time.monotonic() < until:
        os.write(file, messages[number % len(messages)])
        os.fdatasync(file)
        number += 1
    os.close(file)
    return number / seconds


def measure(home, messages, connections, seconds):
    "The receiver and the echo server under the same sender; every answered message is there"
    found, flushed = {}, write(home.with_suffix(".bare"), messages, seconds / 4)
    for name, serve in (("echo", echo), ("receive", listen)):
        pipe, theirs = SPAWN.Pipe()
        server = SPAWN.Process(target=serve, args=(home, theirs), daemon=True)
        server.start()
        done, slowest = asyncio.run(send(pipe.recv(), messages, connections, seconds))
        before = pipe.send("end") or pipe.recv()
        server.terminate()
        server.join()
        found[name] = (done / seconds, before / done * 1e6, slowest * 1e3)
    assert stored(home) == round(found["receive"][0] * seconds), "a message is missing"
    (ours, cost, slowest), (bare, bare_cost, _) = found["receive"], found["echo"]
    verdict = "met" if ours >= TARGET else "not met"
    print(
        f"{connections} connections: {ours:,.0f} (target {TARGET}: {verdict}),"
        f" {ours / flushed:.1f} times the bare writes' {flushed:,.0f},"
        f" {ours / bare:.2f} times the echo's {bare:,.0f}; {cost:.0f} µs of processor a message,"
        f" {cost / bare_cost:.1f} times the echo's; 99 of 100 answered within {slowest:.1f} ms"
    )


def stored(home):
    paths = [*home.glob("landing/*/*/*.hl7"), *spooled_files(Home(home))]
    return sum(path.read_bytes().count(b"\x1c\r") for path in paths)


async def send(port, messages, connections, seconds):
    "Messages that were answered, and the time within which 99 of 100 were"
    times, until = [], time.monotonic() + seconds

    async def one(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.monotonic()) < until:
            number += 1
            writer.write(b"\x0b" + messages[number % len(messages)] + b"\x1c\r")
            answer = await reader.readuntil(b"\x1c\r")
            assert b"|AA|" in answer, answer
            times.append(time.monotonic() - began)
        writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    return len(times), sorted(times)[len(times) * 99 // 100]


def on_one_core(pipe):
    "Keep this process on one core; at the end tell the seconds of processor that it took"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began = time.process_time()

    def tell():
        pipe.recv()
        pipe.send(time.process_time() - began)

    threading.Thread(target=tell, daemon=True).start()


def listen(home, pipe):
    "The receiver as it is, but for messages of training"
    os.environ |= {"B12_RECEIVE_PROCESSING": "P,T,D", "B12_RECEIVE_TYPES": "ORU"}
    logging.disable()
    on_one_core(pipe)
    receive(
        Home(home), source="hl7v2", port=0,
        ready=lambda address: pipe.send(int(address.rpartition(":")[2])),
    )  # fmt: skip


def echo(_, pipe):
    "A server that answers each frame at once, and keeps nothing"

    async def answer(reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\x1c\r"):
                writer.write(ANSWER)
        writer.close()

    async def serve():
        server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 26)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    on_one_core(pipe)
    asyncio.run(serve())


if __name__ == "__main__":
    sys.exit(main())
