"""Letters and texts to patients and their clinicians, from the templates in `letters/` and in the
home: who is written to and who is not, the PDF or CSV, and their record."""

from pipeline.letters.checks import (
    Checked,
    actions_by_name,
    actions_without_letter,
    checked,
    example,
    missing_languages,
    usable,
)
from pipeline.letters.fields import CLINICAL, KINDS, NEUTRAL, default_language
from pipeline.letters.files import FORMS, FORMS_OF, file_of
from pipeline.letters.log import LATELY, Again, had_lately, letters_again, log
from pipeline.letters.paper import no_glyphs, undrawn
from pipeline.letters.plan import Left, Letter, Plan, Shelf, kind_of, offered, plan, shelf
from pipeline.letters.signing import sign, template_to_sign
from pipeline.letters.templates import Template, templates
from pipeline.letters.text_message import has_two_numbers, number_to_text, parts
from pipeline.letters.what_to_do import what_to_do

__all__ = [
    "CLINICAL",
    "FORMS",
    "FORMS_OF",
    "KINDS",
    "LATELY",
    "NEUTRAL",
    "Again",
    "Checked",
    "Left",
    "Letter",
    "Plan",
    "Shelf",
    "Template",
    "actions_by_name",
    "actions_without_letter",
    "checked",
    "default_language",
    "example",
    "file_of",
    "had_lately",
    "has_two_numbers",
    "kind_of",
    "letters_again",
    "log",
    "missing_languages",
    "no_glyphs",
    "number_to_text",
    "offered",
    "parts",
    "plan",
    "shelf",
    "sign",
    "template_to_sign",
    "templates",
    "undrawn",
    "usable",
    "what_to_do",
]
