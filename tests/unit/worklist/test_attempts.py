"""Wrong passwords: each further one waits longer, nobody is locked out, and none is looked at uncounted."""

import threading
from datetime import UTC, datetime, timedelta

from pipeline.worklist import logged_in_from, seconds_to_wait
from pipeline.worklist.attempts import LIMITS

NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)


def guesses(store, number, name="ann", address="10.0.0.5", now=NOW):
    return [seconds_to_wait(store, name, address, now=now) for _ in range(number)]


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_five_may_be_wrong_and_each_further_one_waits_twice_as_long(store):
    assert guesses(store, 7) == [0, 0, 0, 0, 0, 1, 1], "who has to wait is not counted"
    now, waits = NOW, []
    for _ in range(5):
        wait = seconds_to_wait(store, "ann", "10.0.0.5", now=now)
        waits.append(wait)
        now += timedelta(seconds=wait)
        assert seconds_to_wait(store, "ANN", "10.0.0.5", now=now) == 0
    assert waits == [1, 2, 4, 8, 16], "ten wrong ones cost a nurse half a minute"


def test_a_right_password_after_the_delay_ends_it(store):
    guesses(store, 5)
    assert seconds_to_wait(store, "ann", "10.0.0.5", now=after(2)) == 0
    logged_in_from(store, "ann", "10.0.0.5", now=after(2))
    assert guesses(store, 5, now=after(2)) == [0] * 5


def test_delays_have_an_end(store):
    assert LIMITS["pair"].delay(4) == 0 and LIMITS["pair"].delay(500) == 900
    assert LIMITS["user"].delay(500) == 60 and LIMITS["address"].delay(500) == 10


def test_a_day_later_it_is_forgotten(store):
    guesses(store, 5)
    assert guesses(store, 5, now=NOW + timedelta(days=1, minutes=1)) == [0] * 5


def test_guesses_from_elsewhere_keep_nobody_away_from_where_he_belongs(store):
    assert seconds_to_wait(store, "ann", "10.0.0.5", now=NOW) == 0
    logged_in_from(store, "ann", "10.0.0.5", now=NOW)
    for number in range(30):  # from many addresses, so that no pair has to wait
        seconds_to_wait(store, "ann", f"10.1.0.{number}", now=NOW)
    assert seconds_to_wait(store, "ann", "10.9.9.9", now=NOW) > 0
    assert seconds_to_wait(store, "ann", "10.0.0.5", now=NOW) == 0


def test_a_hundred_from_one_address_keep_out_only_who_never_logged_in_there(store):
    seconds_to_wait(store, "ann", "proxy", now=NOW)
    logged_in_from(store, "ann", "proxy", now=NOW)
    tried = [seconds_to_wait(store, f"name {n}", "proxy", now=NOW) for n in range(100)]
    assert tried.count(0) == LIMITS["address"].free
    assert seconds_to_wait(store, "ann", "proxy", now=NOW) == 0
    assert seconds_to_wait(store, "new", "proxy", now=NOW) <= 10


def test_a_right_password_of_ones_own_does_not_clear_the_address(store):
    for number in range(LIMITS["address"].free + 3):
        seconds_to_wait(store, f"name {number}", "proxy", now=after(20 * number))
    late = after(20 * (LIMITS["address"].free + 3))
    assert seconds_to_wait(store, "mallory", "proxy", now=late) == 0
    logged_in_from(store, "mallory", "proxy", now=late)
    assert seconds_to_wait(store, "ann", "proxy", now=late) > 0


def test_guesses_at_one_time_are_no_more_than_one_after_the_other(store):
    passed, start = [], threading.Barrier(12)

    def guess():
        start.wait()
        passed.append(seconds_to_wait(store, "ann", "10.0.0.5", now=NOW))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(passed) == 12 and passed.count(0) == LIMITS["pair"].free
