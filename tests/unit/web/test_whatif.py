"The simulation in memory is closed when it is no longer used"

from threading import Event, Thread

import pytest

from pipeline.core.config import Home
from pipeline.web import whatif


class Slow:
    "A simulation that knows whether it was closed"

    def __init__(self, home):
        self.is_closed = False

    def close(self):
        self.is_closed = True


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(whatif, "Simulation", Slow)
    monkeypatch.setattr(whatif, "_kept", {})
    home = Home(tmp_path)
    publish(home, "one")
    return home


def publish(home, run_id):
    (home.runs / run_id).mkdir(parents=True)
    (home.runs / "latest").unlink(missing_ok=True)
    (home.runs / "latest").symlink_to(run_id)


def test_a_new_run_closes_it_only_when_the_question_before_is_answered(home):
    began, may_end, seen = Event(), Event(), []

    def ask():
        with whatif._simulating(home) as simulation:
            began.set()
            may_end.wait(10)
            seen.append(simulation.is_closed)

    def ask_anew():
        with whatif._simulating(home) as simulation:
            seen.append(simulation.is_closed)

    first, second = Thread(target=ask), Thread(target=ask_anew)
    first.start()
    assert began.wait(10)
    publish(home, "two")
    second.start()
    second.join(0.3)
    may_end.set()
    first.join(10)
    second.join(10)
    assert seen == [False, False]


def test_the_one_of_the_newest_run_is_kept(home):
    with whatif._simulating(home) as first:
        pass
    with whatif._simulating(home) as again:
        assert again is first
    publish(home, "two")
    with whatif._simulating(home) as other:
        assert other is not first and first.is_closed
