"""YAML that stays small in the file and grows when it is read is refused; aliases that stay small are read."""

import pytest

from pipeline.core import YAML_ERRORS, parse_yaml


def folded(levels):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_aliases_that_stand_for_too_many_values_are_refused():
    with pytest.raises(YAML_ERRORS, match="line 7: its aliases stand for too many values"):
        parse_yaml(folded(12))


def test_aliases_that_stay_small_are_read():
    assert len(parse_yaml(folded(5))["a4"]) == 9
