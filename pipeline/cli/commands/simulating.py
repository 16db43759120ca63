"""The command `b12 simulate`."""

from pathlib import Path

from pipeline.analysis import MOVED_COLUMNS, Simulation, simulation_as_text
from pipeline.cli.commands.recording import record_patients
from pipeline.cli.commands.terminal import check_file, show
from pipeline.core import UsageError, replacing
from pipeline.exports import as_json, as_rows, fitted
from pipeline.screening import load_checked_pack


def simulate(home, options):
    changes = dict(_change(text) for text in options.set or ())
    minutes = {"visit": options.minutes_visit, "portal": options.minutes_portal}
    if not all(0 <= each < 10_000 for each in minutes.values()):
        raise UsageError("Minutes per patient must be from 0 to below 10000.")
    if options.patients:
        check_file(Path(options.patients))
    simulation = Simulation(home, load_checked_pack(options.protocol) if options.protocol else None)
    try:
        if not (changes or options.protocol):
            raise UsageError(_nothing(simulation))
        effect = simulation.what_if(changes, minutes=minutes)
        if options.patients:
            _write_patients(home, simulation.patients(), options.patients)
    finally:
        simulation.close()
    show(as_json(effect) if options.format == "json" else fitted(simulation_as_text(effect)))


def _nothing(simulation):
    known = ", ".join(f"{name}={value}" for name, (value, _) in simulation.movable().items())
    return (
        "Nothing to simulate. Give --protocol PACK, or at least one --set NAME=VALUE. Names with"
        f" their current values: {known}."
    )


def _write_patients(home, rows, path):
    "It is kept that this account sees them, before it does"
    record_patients(home, "export", rows, detail="simulate")
    with replacing(Path(path)) as part:
        part.touch(0o600)
        part.write_text(as_rows(rows, "csv", MOVED_COLUMNS) + "\n", encoding="utf-8")


def _change(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text}: write it as NAME=VALUE, for example b12.low=200.")
    return name.strip(), value.strip()
