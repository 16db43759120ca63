"""The YAML of packs and profiles: safe reading, and error messages."""

import yaml

from pipeline.core.errors import Malformed
from pipeline.core.files import TOO_DEEP, read_text

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
YAML_ERRORS = (
    yaml.YAMLError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    OSError,
)  # of a file that cannot be read, is not YAML, or not what was expected
UNREADABLE_VALUE = "a value in it cannot be read, such as a date that does not exist"
MOST_VALUES = 1_000_000  # with what aliases stand for
TOO_MANY = "its aliases stand for too many values"
DEEPEST = 50  # of lists and keys in one another; a deep enough file ends the process of libyaml
SENTENCES = (  # what libyaml says, which may quote the file: what is said instead
    ("undefined alias", "a text that begins with * needs quotation marks"),
    ("alias", "a text that begins with * or & needs quotation marks"),
    ("anchor", "a text that begins with & needs quotation marks"),
    ("tag", "a text that begins with ! needs quotation marks"),
    ("cannot start any token", "a tab, or a character that needs quotation marks"),
    ("tab", "a tab: indent with spaces"),
    ("',' or", "a comma or a closing bracket is missing"),
    ("scalar", "a quotation mark is missing"),
    ("mapping values", "a text with a colon needs quotation marks, or the indentation is wrong"),
    ("expected ':'", "a colon is missing after a name, or the indentation is wrong"),
    ("expected key", "a name with a colon is missing, or the indentation is wrong"),
    ("expected '-'", "a dash is missing, or the indentation is wrong"),
    ("unhashable", "a list or keys cannot be a name"),
    ("", "this is not valid YAML: check the indentation, brackets and quotation marks"),
)


def read_yaml(path):
    """The plain values that a YAML file holds. Raises one of YAML_ERRORS."""
    return parse_yaml(read_text(path))


def parse_yaml(text, loader=LOADER):
    """The plain values that a YAML text holds. Raises one of YAML_ERRORS."""
    check_depth(text)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, by either name
    except (
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ):  # of what !!int stands before
        raise Malformed(UNREADABLE_VALUE) from None


def check_depth(text):
    """Raises Malformed for a YAML text that nests so deep that reading it might end the process,
    or whose aliases unfold to very many values; and one of YAML_ERRORS."""
    sizes, opened = {}, [(None, [0])]
    for event in yaml.parse(text, LOADER):
        size = opened[-1][1]
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, [1]))
            if len(opened) - 1 > DEEPEST:
                raise Malformed(f"line {event.start_mark.line + 1}: {TOO_DEEP}")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, [sizes[anchor]] = opened.pop()
            opened[-1][1][0] += sizes[anchor]
        elif isinstance(event, yaml.AliasEvent):
            size[0] += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.ScalarEvent):
            size[0] += 1
        if size[0] > MOST_VALUES:
            raise Malformed(f"line {event.start_mark.line + 1}: {TOO_MANY}")


def lines_of(text):
    """A function from the way to a value, such as `("bands", 0)`, to its line, counted from 1;
    where the way ends early, to that of the deepest value on it. Raises one of YAML_ERRORS."""
    check_depth(text)
    root = yaml.compose(text, LOADER)

    def line(where):
        node = root
        for step in where:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == step), node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
        return node.start_mark.line + 1

    return line


def repeated_keys(text):
    """Every (line, key) of a YAML text that is there already beside it: of these YAML takes the
    last, without a word."""
    waiting, seen = [yaml.compose(text, LOADER)], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))  # a node may hold itself
        keys = set()
        for part in node.value:
            key, value = part if isinstance(node, yaml.MappingNode) else (None, part)
            waiting.append(value)
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    yield key.start_mark.line + 1, key.value
                keys.add(key.value)


def fault(error):
    """One of YAML_ERRORS in one line for the author of the file, in words of this program and
    without anything that the file holds: with line and column where they are known."""
    match error:
        case Malformed():
            return str(error)
        case yaml.YAMLError():
            return _fault_of_yaml(error)
        case FileNotFoundError():
            return f"the file {error.filename} does not exist"
        case OSError():
            return error.strerror or "it cannot be opened"
        case KeyError() if str(error.args[0]).isidentifier():
            return f"{error.args[0]} is missing"
        case LookupError() | TypeError() | AttributeError():
            return "its structure is wrong: compare it with the shipped files"
    return UNREADABLE_VALUE


def _fault_of_yaml(error):
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "it holds a character that is not allowed in YAML, such as a zero byte"
    problem = error.problem or ""
    said = next(sentence for words, sentence in SENTENCES if words in problem)
    return f"line {mark.line + 1}, column {mark.column + 1}: {said}"
