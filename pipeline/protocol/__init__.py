"""The protocol pack: YAML and CSV in `protocol/`, its meaning in plain Python, and its relations."""

from pipeline.protocol.check import problems
from pipeline.protocol.move import movable, moved
from pipeline.protocol.pack import Decision, Pack, Rule, assess, collect, decide, derive, load
from pipeline.protocol.show import as_markdown
from pipeline.protocol.tables import register, register_pack, register_vocabulary

__all__ = ["Decision", "Pack", "Rule", "as_markdown", "assess", "collect", "decide", "derive", "load", "movable", "moved", "problems", "register", "register_pack", "register_vocabulary"]
