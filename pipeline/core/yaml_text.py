"""The YAML of packs and profiles: safe reading, and error messages."""

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
YAML_ERRORS = (
    yaml.YAMLError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
)  # of a file that is not YAML, or not what was expected


def read_yaml(path):
    """The plain values that a YAML file holds. Raises one of YAML_ERRORS, and OSError."""
    return parse_yaml(path.read_text(encoding="utf-8"))


def parse_yaml(text):
    """The plain values that a YAML text holds. Raises one of YAML_ERRORS."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, by either name


def lines_of(text):
    """A function from the way to a value, such as `("bands", 0)`, to its line, counted from 1;
    where the way ends early, to that of the deepest value on it. Raises one of YAML_ERRORS."""
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
    """One of YAML_ERRORS, or a missing file, in one line for the author of the YAML: with line and
    column where they are known."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return (
            f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}:"
            f" {error.problem}"
        )
    if isinstance(error, FileNotFoundError):
        return f"the file {error.filename} does not exist"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    if isinstance(error, TypeError | AttributeError):
        return "its structure is wrong: compare it with the shipped files"
    return " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
