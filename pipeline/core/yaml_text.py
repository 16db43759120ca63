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
