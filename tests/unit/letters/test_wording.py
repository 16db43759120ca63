"What a template may do: fields and conditions, and nothing by which it could reach out, go on for ever or grow"

import pytest

from pipeline.letters.wording import rendered, used

ESCAPES = (
    "{{ ''.__class__ }}", "{{ name.__class__.__mro__ }}", "{{ name['__class__'] }}", "{{ name|attr('__class__') }}",
    "{{ self }}{{ self.__init__ }}", "{{ cycler.__init__.__globals__ }}", "{{ lipsum() }}", "{{ name.format(name) }}",
    "{% for _ in range(10**9) %}x{% endfor %}", "{% for a in name %}{{ a }}{% endfor %}", "{{ 'x' * 10**9 }}", "{{ 10 ** 10 ** 10 }}",
    "{{ name ~ name }}", "{% set a = name %}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}", "{% extends name %}", "{% block a %}{{ self.a() }}{% endblock %}", "{{ name|length }}", "{{ [name] }}",
    "{{ name is string }}", "{% filter upper %}{{ name }}{% endfilter %}", "{% call m() %}{% endcall %}", "{% raw %}{{ x }}", "{{", "{% if name %}",
    "{% with a = name %}{{ a }}{% endwith %}", "{{ {'a': name} }}", "{{ name[:2] }}", "{{ -1 }}", "{% autoescape true %}x{% endautoescape %}",
)  # fmt: skip


@pytest.mark.parametrize("body", ESCAPES)
def test_what_is_not_a_field_or_a_condition_is_refused_with_its_line(body):
    with pytest.raises(ValueError, match=r"^line [12]: "):
        used(f"Dear {{{{ name }}}},\n{body}")


def test_conditions_that_nest_without_end_are_refused():
    with pytest.raises(ValueError, match="line "):
        used("{% if name %}" * 5000 + "{% endif %}" * 5000)


@pytest.mark.parametrize(
    "body",
    [
        f"{{{{ 'a' if {'not ' * 200}name else 'b' }}}}", f"{{% if {'not ' * 21}name %}}x{{% endif %}}", f"{{{{ {'(' * 500}name{')' * 500} }}}}",
        f"{{{{ {'9' * 5000} }}}}", "{% if name %}" * 21 + "{% endif %}" * 21,
    ],
)  # fmt: skip
def test_what_python_could_not_compile_is_refused_with_its_line(body):
    with pytest.raises(ValueError, match=r"^line 1: "):
        used(body)


def test_twenty_conditions_in_one_another_are_allowed():
    assert rendered("{% if name %}" * 20 + "x" + "{% endif %}" * 20, {"name": "N"}) == "x"
    assert rendered(f"{{{{ 'a' if {'not ' * 19}name else 'b' }}}}", {"name": "N"}) == "b"


def test_a_value_is_text_and_never_a_template():
    values = {"name": "{{ 7 * 7 }}<b>{% for %}", "clinic": "C"}
    assert rendered("Dear {{ name }}, {{ clinic }}\n", values) == "Dear {{ 7 * 7 }}<b>{% for %}, C"


def test_a_field_that_a_condition_asks_for_may_be_missing_and_no_other():
    body = "{% if clinician and not name %}A{% else %}{{ 'B' if clinician == 'Dr B' else 'C' }}{% endif %} {{ today }}"
    found = used(body)
    assert found.fields.keys() == {"clinician", "name", "today"} and found.optional == {
        "clinician",
        "name",
    }
    assert rendered(body, {"today": "T"}) == "C T"
    assert rendered(body, {"today": "T", "clinician": "Dr B"}) == "A T"
    with pytest.raises(KeyError):
        rendered(body, {"name": "N"})


def test_the_words_of_a_text_are_all_of_its_literals():
    assert "deficiency" in used("{{ 'deficiency' if name else name }}").text
