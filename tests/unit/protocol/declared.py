"""A pack with facts of its own: the shipped one, with declared facts added to it."""

from dataclasses import replace

from pipeline.protocol.facts import answers_of
from pipeline.protocol.tables import register_pack
from tests.clinic import clinic, pack


def with_facts(**entries):
    "The shipped pack with these entries of `facts` besides"
    facts = pack().raw["facts"] | entries
    raw = pack().raw | {"facts": facts}
    return replace(pack(), raw=raw, facts={name: answers_of(one) for name, one in facts.items()})


def own_clinic(as_of="2026-01-31", *, loaded=None, **entries):
    "A clinic whose protocol is that pack"
    con = clinic(as_of, **({"loaded": loaded} if loaded else {}))
    register_pack(con, with_facts(**entries))
    return con
