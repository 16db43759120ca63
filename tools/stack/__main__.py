"""The production stack on this machine without Docker: what docker-compose.yml says, as processes
on loopback."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from tools.stack import compose, running


def main(arguments=None):
    options = parser().parse_args(arguments)
    options.folder = options.folder.absolute()
    return options.do(options) or 0


def parser():
    root = argparse.ArgumentParser(prog="python -m tools.stack", description=__doc__)
    default = Path(os.environ.get("STACK_DIR", "b12-stack"))
    root.add_argument(
        "--folder", type=Path, default=default,
        help="folder of the stack (default: $STACK_DIR, else b12-stack)",
    )  # fmt: skip
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    up_ = _add(commands, "up", up, "start all services and wait until they are healthy")
    up_.add_argument(
        "--scale", nargs="*", type=_scaled, default=[], metavar="SERVICE=N",
        help="number of instances of a service",
    )  # fmt: skip
    _of_the_whole(commands)
    _of_one_service(commands)
    supervise_ = _add(commands, "supervise", supervise, "run by `up` in the background")
    supervise_.add_argument("scale", nargs="*", type=_scaled)
    return root


def _of_the_whole(commands):
    for name, do, text in (
        ("down", running.down, "stop all services that were started"),
        ("status", running.status, "show which services are healthy"),
    ):
        _add(commands, name, lambda options, do=do: do(options.folder), text)


def _of_one_service(commands):
    for name, do in (("stop", running.stop), ("start", running.start)):
        one = _add(
            commands,
            name,
            lambda options, do=do: do(options.folder, options.service),
            f"{name} one service",
        )
        one.add_argument("service", choices=list(compose.services()))
    execute_ = _add(
        commands,
        "exec",
        execute,
        "run a command in a service's environment: exec SERVICE -- COMMAND…",
    )
    execute_.add_argument("service")
    execute_.add_argument("command", nargs="+")


def _add(commands, name, do, text):
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(do=do)
    return command


def _scaled(text):
    name, _, number = text.partition("=")
    if name not in compose.services() or not number.isdigit():
        raise argparse.ArgumentTypeError(
            f"{text} is not of the form SERVICE=N with a service of docker-compose.yml"
        )
    return name, int(number)


def up(options):
    return running.up(options.folder, dict(options.scale))


def execute(options):
    from tools.stack import local

    found = next(
        service
        for service in local.services(options.folder, {}, are_ports_kept=True)
        if service.name == options.service
    )
    os.chdir(local.ROOT)
    os.execvpe(options.command[0], options.command, found.environment)  # noqa: S606


def supervise(options):
    from tools.stack import local
    from tools.stack.supervisor import Supervisor

    async def run():
        await Supervisor(options.folder, local.services(options.folder, dict(options.scale))).run()

    os.chdir(local.ROOT)
    asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
