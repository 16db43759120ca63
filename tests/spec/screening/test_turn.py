"The decision whose turn it is: the first, before any was taken."

from tests.clinic import clinic, pack, shows


def test_the_first_decision_has_the_first_turn():
    con = clinic()
    shows(con, "screening.turn", f"decision | collects\n{pack().decisions[0].name} | no")
