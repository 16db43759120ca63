"""The text of a template: which parts of Jinja it may use, which fields it names, and its rendering
in a sandbox.

Only fields and conditions are allowed. Without loops, calls, attributes and arithmetic a text is
about as long as its template, and ends.
"""

from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.CondExpr,
)  # fmt: skip
CALLED = {  # what a part that is not allowed is called
    nodes.Getattr: "a dot", nodes.Getitem: "square brackets", nodes.Call: "a call",
    nodes.For: "a loop", nodes.Filter: "a filter", nodes.Include: "include",
    nodes.Import: "import", nodes.FromImport: "import", nodes.Extends: "extends",
    nodes.Assign: "set", nodes.Macro: "macro", nodes.Test: "a test",
}  # fmt: skip
CONDITIONS = (
    nodes.If, nodes.CondExpr, nodes.Not, nodes.And, nodes.Or, nodes.Compare,
)  # fmt: skip
DEEPEST = 20  # conditions in one another; Python cannot compile a hundred
TOO_DEEP = f"conditions are nested more than {DEEPEST} deep"
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    autoescape=False,
)  # fmt: skip
_ENVIRONMENT.globals.clear()


@dataclass(frozen=True)
class Used:
    """What a text uses. fields: name -> the first line of it. optional: the fields that it asks for
    in a condition, so that they may be missing. text: its literal words."""

    fields: dict[str, int]
    optional: frozenset[str]
    text: str


@lru_cache(maxsize=100)
def used(body):
    """What the body of a template uses, as Used. Raises ValueError, with line and reason, where it
    is not Jinja, or uses what is not allowed."""
    tree = _parsed(body)
    fields, asked = {}, set()
    for node, line in _all(tree):
        if not isinstance(node, ALLOWED):
            called = CALLED.get(type(node), f"“{type(node).__name__.lower()}”")
            raise ValueError(
                f"line {line}: {called} is not allowed; a template has fields, such as"
                " {{ name }}, and conditions, such as {% if name %} … {% endif %}"
            )
        if isinstance(node, nodes.Name):
            fields.setdefault(node.name, line)
        if isinstance(node, nodes.If | nodes.CondExpr):
            asked |= {each.name for each, _ in _all(node.test) if isinstance(each, nodes.Name)}
    texts = [each.data for each in tree.find_all(nodes.TemplateData)]
    texts += [str(each.value) for each in tree.find_all(nodes.Const)]
    _compiled(body)
    return Used(fields, frozenset(asked), "\n".join(texts))


def _parsed(body):
    "The tree of a body. Raises ValueError"
    try:
        return _ENVIRONMENT.parse(body)
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise ValueError(f"line {line}: the braces are not closed, or are not understood") from None
    except RecursionError:
        raise ValueError(f"line 1: {TOO_DEEP}") from None
    except ValueError:  # of a number with thousands of digits
        raise ValueError("line 1: a number is too long") from None


def _all(tree, line=1, depth=0):
    "Every node with its line, else that of the node around it. Raises ValueError"
    line, depth = tree.lineno or line, depth + isinstance(tree, CONDITIONS)
    if depth > DEEPEST:
        raise ValueError(f"line {line}: {TOO_DEEP}")
    yield tree, line
    for child in tree.iter_child_nodes():
        yield from _all(child, line, depth)


def rendered(body, values):
    """The text of a body that `used` allows, with these fields. Raises KeyError for a field that
    has no value."""
    wanted = used(body)
    known = {name: values.get(name) or "" for name in wanted.optional} | {
        name: values[name] for name in wanted.fields.keys() - wanted.optional
    }
    return _compiled(body).render(known).strip()


@lru_cache(maxsize=100)
def _compiled(body):
    "The template of a body. Raises ValueError where Python cannot compile it"
    try:
        return _ENVIRONMENT.from_string(body)
    except (TemplateError, SyntaxError, RecursionError, MemoryError):
        raise ValueError("line 1: the conditions are too long") from None
