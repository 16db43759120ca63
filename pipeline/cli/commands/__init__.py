"""The commands of `b12`: each calls the pipeline and prints the result."""

from pipeline.cli.commands.coding import codes
from pipeline.cli.commands.completing import completion
from pipeline.cli.commands.letters import letters
from pipeline.cli.commands.listing import runs
from pipeline.cli.commands.mapping import map_codes as map  # noqa: A004 - the name of the command
from pipeline.cli.commands.operating import (
    backup,
    doctor,
    erase,
    notify,
    overdue,
    receive,
    restore,
    upgrade,
)
from pipeline.cli.commands.packs import protocol
from pipeline.cli.commands.people import audit, serve, user
from pipeline.cli.commands.reporting import outcomes
from pipeline.cli.commands.screening import (
    decide,
    demo,
    diff,
    explain,
    ingest,
    run,
    screen,
    worklist,
)
from pipeline.cli.commands.simulating import simulate
from pipeline.cli.commands.stewarding import (
    compact,
    refused,
    reingest,
    rejects,
    source,
    unmapped,
)

__all__ = [
    "audit", "backup", "codes", "compact", "completion", "decide", "demo", "diff", "doctor",
    "erase", "explain", "ingest", "letters", "map", "notify", "outcomes", "overdue", "protocol",
    "receive", "refused", "reingest", "rejects", "restore", "run", "runs", "screen", "serve",
    "simulate", "source", "unmapped", "upgrade", "user", "worklist",
]  # fmt: skip
