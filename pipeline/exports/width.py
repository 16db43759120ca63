"""How wide texts may be: as wide as the terminal that shows them."""

import os
import shutil
import sys
import textwrap

UNKNOWN = 160  # columns, where the output is not a terminal and $COLUMNS is not set


def width_of(stream=None):
    """The columns of a stream, standard output unless another is meant: of $COLUMNS, else of its
    terminal; None where it is a file or another program, whose lines are left whole."""
    stream = stream or sys.stdout
    if os.environ.get("COLUMNS", "").isdigit() or stream.isatty():
        return max(shutil.get_terminal_size((UNKNOWN, 24)).columns, 20)
    return None


def fitted(text, stream=None, *, hang=2):
    """A text whose lines are broken between words where the stream is narrower. hang: how far what
    follows is indented, in characters."""
    width = width_of(stream)
    if width is None:
        return text
    return "\n".join(_broken(line, width, hang) for line in text.split("\n"))


def _broken(line, width, hang):
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.lstrip(), width, initial_indent=indent, subsequent_indent=indent + hang * " ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
