"""The threshold of an expectation in words, and the sentences that hold its numbers."""

import string

from pipeline.core import counted

NOT_ASKED = {
    "column", "column_A", "column_B", "batch_id", "row_condition", "condition_parser",
    "ignore_row_if", "or_equal", "mostly",
}  # fmt: skip
LISTED = 6
NAMES = {"as_of": "the as-of date"}
OPERATORS = {
    "==": "is", "!=": "is not", ">=": "is at least", "<=": "is at most", ">": "is above",
    "<": "is below",
}  # fmt: skip


def threshold(expectation, kwargs):
    """The threshold of an expectation, in words: `at least 1`, `at most 5 %, where rows is at least
    20`."""
    words = WORDS.get(expectation, _other)(expectation, kwargs)
    if (mostly := kwargs.get("mostly", 1)) < 1:
        words += f", in at least {_percent(mostly)} of the rows"
    if condition := kwargs.get("row_condition"):
        words += f", where {_condition(condition)}"
    return words


def with_numbers(sentence, kwargs):
    """A sentence with the numbers of the expectation in place of `{max_value}` and the like;
    `{max_value:day}` stands for `1 day`, `2 days`. One that names what there is not stays as it
    is."""
    show = _percent if is_share(kwargs) else number
    limits = {
        name: _Limit(value, show)
        for name, value in kwargs.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    try:
        return string.Formatter().vformat(sentence, (), limits)
    except (KeyError, IndexError, ValueError):
        return sentence


class _Limit:
    "A number that a sentence names, with a noun where it gives one"

    def __init__(self, value, show):
        self._value, self._show = value, show

    def __format__(self, noun):
        return counted(self._value, noun) if noun else self._show(self._value)


def is_share(kwargs):
    """Whether an expectation is about a share, of which people read percents."""
    return str(kwargs.get("column", "")).startswith("share")


def number(value):
    """A number as people read it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _percent(share):
    return f"{100 * share:.4g} %"


def _between(_, kwargs):
    show = _percent if is_share(kwargs) else number
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None and high is None:
        return "any value"
    if low is not None and low == high:
        return f"exactly {show(low)}"
    if low is None:
        return f"{'below' if kwargs.get('strict_max') else 'at most'} {show(high)}"
    if high is None:
        return f"{'above' if kwargs.get('strict_min') else 'at least'} {show(low)}"
    return f"between {show(low)} and {show(high)}"


def _lengths(expectation, kwargs):
    return f"a length of {_between(expectation, kwargs)}"


def _in_set(_, kwargs):
    values, said = kwargs["value_set"], _name(kwargs["column"]).removeprefix("is ")
    if values in ([True], [False]):
        return said if values[0] else f"not {said}"
    return f"one of {_listed(values)}"


def _not_in_set(_, kwargs):
    return f"none of {_listed(kwargs['value_set'])}"


def _ordered(_, kwargs):
    return f"{counted(len(kwargs['column_list']), 'column')}, in this order"


def _after(_, kwargs):
    return f"{'not after' if kwargs.get('or_equal') else 'before'} {_name(kwargs['column_A'])}"


def _other(expectation, kwargs):
    "Of an expectation that has no words here, such as one of a site's own: its name and numbers"
    asked = expectation.partition("_to_")[2] or expectation.removeprefix("expect_")
    asked = _name(asked.removeprefix("be_").replace("not_be_", "not_"))
    given = [
        f"{_name(name)} {_listed(value)}"
        for name, value in kwargs.items()
        if name not in NOT_ASKED and value is not None
    ]
    return ", ".join([asked, *given])


def _listed(value):
    if not isinstance(value, list):
        return number(value)
    if len(value) > LISTED:
        return counted(len(value), "known value")
    return ", ".join(map(number, value))


def _condition(row_condition):
    if row_condition["type"] == "and":
        return " and ".join(map(_condition, row_condition["conditions"]))
    column, operator = row_condition["column"]["name"], row_condition["operator"]
    value = row_condition.get("parameter")
    if isinstance(value, bool):
        return f"it {'is' if value == (operator == '==') else 'is not'} {_name(column)[3:]}"
    is_percent = column.startswith("share") and isinstance(value, int | float)
    said = _percent(value) if is_percent else _name(str(value))
    return f"{_name(column)} {OPERATORS.get(operator, operator)} {said}"


def _name(column):
    return NAMES.get(column) or column.replace("_", " ")


WORDS = {
    "expect_column_values_to_be_between": _between,
    "expect_column_value_lengths_to_be_between": _lengths,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_not_be_in_set": _not_in_set,
    "expect_column_values_to_not_be_null": lambda *_: "never empty",
    "expect_column_values_to_be_null": lambda *_: "always empty",
    "expect_column_values_to_be_unique": lambda *_: "no value twice",
    "expect_table_columns_to_match_ordered_list": _ordered,
    "expect_column_pair_values_a_to_be_greater_than_b": _after,
}
