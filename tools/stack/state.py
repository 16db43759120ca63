"""What is known of a stack, in a file that is replaced whole, so that readers see one moment
of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Unit:
    """A service as it stands; process: `[pid, start]`, seconds: from the start of the stack until
    it was well, or done."""

    # then starting, healthy or unhealthy; done or failed of what ends by itself; stopped
    status: str = "waiting"
    process: list | None = None
    seconds: float | None = None
    restarts: int = 0


def write(folder, supervisor, units):
    """supervisor: `[pid, start]`."""
    new = folder / f".state-{supervisor[0]}.json"
    new.write_text(
        json.dumps(
            {
                "supervisor": supervisor,
                "units": {name: asdict(unit) for name, unit in units.items()},
            },
            indent=1,
        )
    )
    new.replace(folder / "state.json")


def hold(folder, name):
    """The file that keeps a service from being started, as long as it is there."""
    return folder / "run" / f"{name}.held"


def read(folder):
    """(supervisor, units) as last written; (None, {}) where no stack was ever started."""
    file = Path(folder) / "state.json"
    if not file.exists():
        return None, {}
    found = json.loads(file.read_text())
    return found["supervisor"], {name: Unit(**one) for name, one in found["units"].items()}
