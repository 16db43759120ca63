"Time to action is counted from the list to what people did last"

from datetime import date
from types import SimpleNamespace

from pipeline.web import waiting


def test_by_priority(monkeypatch):
    acted = [
        {"priority": 1, "status_on": date(2026, 1, 5), "opened_on": date(2026, 1, 1)},
        {"priority": 1, "status_on": date(2026, 1, 3), "opened_on": date(2026, 1, 1)},
    ]
    waits = {4: [90, 50, 10]}
    monkeypatch.setattr(waiting.worklist, "listed", lambda store, chosen, **order: iter(acted))
    monkeypatch.setattr(
        waiting.worklist, "page", lambda store, chosen, *, number=1, **order: page(waits.get(chosen.priority[0], []), number)
    )
    found = waiting.time_to_action(None, today=date(2026, 1, 31))
    assert found[1] == {"acted": 2, "days": 3, "waiting": 0, "waiting_days": None}
    assert found[4] == {"acted": 0, "days": None, "waiting": 3, "waiting_days": 50}


def page(days, number):
    return SimpleNamespace(total=len(days), rows=[{"waiting_days": one} for one in days[number - 1 : number]])
