"""The command `b12 simulate`."""

from pipeline.analysis import Simulation, simulation_as_text
from pipeline.cli.commands.terminal import show
from pipeline.core import UsageError
from pipeline.exports import as_json, fitted


def simulate(home, options):
    changes = dict(_change(text) for text in options.set or ())
    minutes = {"visit": options.minutes_visit, "portal": options.minutes_portal}
    if not all(0 <= each < 10_000 for each in minutes.values()):
        raise UsageError("Minutes per patient must be from 0 to below 10000.")
    simulation = Simulation(home)
    try:
        if not changes:
            known = ", ".join(
                f"{name}={value}" for name, (value, _) in simulation.movable().items()
            )
            raise UsageError(
                "Nothing to simulate. Give at least one --set NAME=VALUE. Names with their current"
                f" values: {known}."
            )
        effect = simulation.what_if(changes, minutes=minutes)
    finally:
        simulation.close()
    show(as_json(effect) if options.format == "json" else fitted(simulation_as_text(effect)))


def _change(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text}: write it as NAME=VALUE, for example b12.low=200.")
    return name.strip(), value.strip()
