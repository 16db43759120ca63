"What is kept in memory goes with what it was read from, and with age"

import os

import pytest

from pipeline.core.config import Home
from pipeline.web.cache import Kept, state_of


def test_the_last_few_are_kept_and_asked_for_once():
    made, kept = [], Kept(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(key, lambda key=key: made.append(key) or key.upper()) == key.upper()
    assert made == ["a", "b", "c", "b"], "b was the one asked for longest ago when c came"


def test_what_fails_is_not_kept():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: 5) == 5


def test_a_key_changes_with_the_lake_and_with_the_runs_that_it_names(tmp_path):
    home = Home(tmp_path)
    log, run, other = home.lake / "patient" / "_delta_log", home.runs / "one", home.runs / "two"
    for place, folder in enumerate((log, run, other)):
        folder.mkdir(parents=True)
        os.utime(folder, ns=(place, place))
    first = state_of(home, "one")
    os.utime(other, ns=(77, 77))
    assert state_of(home, "one") == first != state_of(home, "two")
    os.utime(run, ns=(78, 78))
    second = state_of(home, "one")
    os.utime(log, ns=(79, 79))
    assert len({first, second, state_of(home, "one")}) == 3
    assert state_of(home, "../..", "\0"), "a name of no run looks at nothing"
