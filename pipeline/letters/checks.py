"""What is wrong with a template, and with all of them: whether it may be used at all, and what it
gives for a clearly synthetic patient."""

from dataclasses import dataclass, replace
from datetime import date

from pipeline import worklist
from pipeline.core import settings
from pipeline.exports import missing_characters
from pipeline.letters.fields import (
    CLINICAL,
    NEUTRAL,
    OF_THE_SITE,
    Person,
    default_language,
    values_of,
)
from pipeline.letters.fitting import TO_PATIENTS, listed_actions, unknown_actions
from pipeline.letters.templates import Template, templates
from pipeline.letters.text_message import MOST_PARTS, parts
from pipeline.letters.what_to_do import FILE, clinical_word_in, clinical_words, told, what_to_do
from pipeline.letters.wording import rendered, used

EXAMPLE = Person(
    {
        "patient_id": "EXAMPLE-0000001", "action": "ORDER_B12", "reason": "An example of a reason.",
        "evidence": "B12 150 pg/mL on 2026-01-10", "born_on": date(1950, 1, 1),
        "born_latest_on": None, "safety": ["FOLATE_BEFORE_B12"], "deciding_test": "total_b12",
        "deciding_value": 150.0, "deciding_reported": "150 pg/mL",
        "deciding_on": date(2026, 1, 10), "reference_low": None, "reference_high": None,
    },
    worklist.Contact(
        name="Alexandra Example-Sampleton", phone="020 7946 0000",
        registered_clinician="Dr Example", preferred_language="en",
    ),
)  # fmt: skip
EXAMPLE_OF_SITE = {"clinic": "Example Health Centre", "telephone": "020 7946 0000"}
EXAMPLE_DAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Checked:
    """A Template, the Signature of its file as it is, and its problems: errors, which keep it from
    being used, and warnings. awaits: what it uses that its owner has to sign first, in words."""

    template: Template
    signature: worklist.Signature | None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    awaits: str | None = None

    @property
    def is_signed(self):
        """Whether it may name a diagnosis: its owner allows it, and signed the file as it is."""
        return bool(self.template.may_name_diagnosis and self.signature)

    @property
    def why_not(self):
        """Why it cannot be used, in the words of a sentence; None where it can."""
        if self.errors:
            return self.errors[0]
        return "it waits for its owner's signature" if self.awaits else None


def usable(home, store):
    """Every template as Checked, without a look at what it gives. Raises OSError, InvalidProtocol,
    StorageError."""
    words, kinds = clinical_words(home), {}
    found = [_checked(store, template, words) for template in templates(home)]
    for one in found:
        if one.template.kind:
            kinds.setdefault(one.template.name, one.template.kind)
    return [_of_kind(one, kinds.get(one.template.name)) for one in found]


def _of_kind(one, kind):
    "A name is one kind of letter in all languages"
    if one.template.kind in (None, kind):
        return one
    return replace(one, errors=(*one.errors, f"its kind is not {kind}, as in other languages"))


def checked(home, store):
    """Every template as Checked, rendered for a synthetic patient, too. Raises as `usable`."""
    phrases, words = what_to_do(home), clinical_words(home)
    pack = worklist.followed_pack(home, store)
    found = [_with_actions(_tried(one, phrases), pack) for one in usable(home, store)]
    return [_with_words_of(one, phrases, words) for one in found]


def _checked(store, template, words):
    signature = worklist.signature_of(store, template.sha256) if template.sha256 else None
    one = Checked(template, signature)
    if template.fault:
        return replace(one, errors=(template.fault,))
    try:
        uses = used(template.body)
    except ValueError as error:
        return replace(one, errors=(_in_file(str(error), template),))
    errors = tuple(_unknown_fields(template, uses))
    clinical = _clinical(template, uses, words) or _clinical_name(words)
    if clinical is None or one.is_signed:
        return replace(one, errors=errors)
    if template.may_name_diagnosis:
        return replace(one, errors=errors, awaits=clinical)
    only = "only a template with may_name_diagnosis: true, signed by its owner, may use it"
    return replace(one, errors=(*errors, f"it uses {clinical}; {only}"))


def _clinical_name(words):
    "The first clinical word of the clinic's name, which stands above every letter; None for none"
    word = clinical_word_in(settings().clinic_name or "", words)
    return word and f"the clinical word “{word}” of {OF_THE_SITE['clinic']}"


def _unknown_fields(template, uses):
    for name, line in uses.fields.items():
        _, kinds = NEUTRAL.get(name, ("", ()))
        if name not in CLINICAL and template.kind not in kinds:
            known = ", ".join(each for each, (_, of) in NEUTRAL.items() if template.kind in of)
            said = f"{name} is not a field of this kind of letter. Its fields: {known}"
            yield f"line {line + template.line - 1}: {said}"


def _clinical(template, uses, words):
    "The clinical fields of a text, with their lines, else its first clinical word; None for none"
    fields = [
        f"{name} (line {line + template.line - 1})"
        for name, line in uses.fields.items()
        if name in CLINICAL
    ]
    if fields:
        return f"the clinical {'field' if len(fields) == 1 else 'fields'} {', '.join(fields)}"
    word = clinical_word_in(f"{template.subject}\n{uses.text}", words)
    return word and f"the clinical word “{word}”"


def _in_file(message, template):
    "A message that begins with a line of the body, with the line of the file"
    line, _, said = message.removeprefix("line ").partition(":")
    return f"line {int(line) + template.line - 1}:{said}"


def _tried(one, phrases):
    "With what its text is for a synthetic patient"
    if one.errors:
        return one
    text = example(one.template, phrases)
    if one.template.kind != "sms":
        missing = " ".join(missing_characters(f"{one.template.subject}{text}"))
        told = f"the font of the PDF does not have {missing}: set $B12_LETTER_FONT"
        return replace(one, warnings=(told,)) if missing else one
    text = " ".join(text.split())
    number, said = parts(text), f"the text has {len(text)} characters"
    if number > MOST_PARTS:
        return replace(one, errors=(f"{said}: more than two messages. Shorten it",))
    if number > 1:
        return replace(one, warnings=(f"{said}: it is sent, and charged, as two messages",))
    return one


def _with_actions(one, pack):
    if one.template.is_shipped:  # names those of every pack that ships
        return one
    unknown = ", ".join(unknown_actions(one.template, pack))
    if not unknown:
        return one
    told = f"the protocol {pack.name} has no action {unknown}: no letter is written for it"
    return replace(one, warnings=(*one.warnings, told))


def example(template, phrases):
    """What a template gives for a synthetic patient. Raises KeyError where the site has no words
    for what to do in its language."""
    phrase = told(phrases, EXAMPLE.row["action"], template.language) or "…"
    values = values_of(
        EXAMPLE, language=template.language, today=EXAMPLE_DAY, what_to_do=phrase
    )  # fmt: skip
    given = {name: values[name] or EXAMPLE_OF_SITE[name] for name in OF_THE_SITE}
    return rendered(template.body, values | given)


def _with_words_of(one, phrases, words):
    "What to do has to be said in the language of the template, without a clinical word"
    language = one.template.language
    if one.errors or "what_to_do" not in used(one.template.body).fields:
        return one
    said = [text for (_, each), text in phrases.items() if each == language]
    if told(phrases, "", language) is None:
        return replace(one, errors=(f"{FILE} has no line for any action (*) in {language}",))
    if any(clinical_word_in(text, words) for text in said) and not one.is_signed:
        return replace(one, errors=(f"{FILE} has a clinical word in {language}",))
    return one


def actions_without_letter(found, pack):
    """The actions of a pack that put a patient on the worklist and that no usable letter or SMS is
    for, neither by name nor because it is for everyone."""
    to_patients = [one for one in found if one.template.kind in TO_PATIENTS and not one.why_not]
    if any(not one.template.actions for one in to_patients):
        return []
    named = {action for one in to_patients for action in one.template.actions}
    return [action for action in listed_actions(pack) if action not in named]


def actions_by_name(found, pack):
    """The missing tests among the actions of a pack (`ORDER_…`) that no usable letter or SMS
    names: their patients get only what is for everyone."""
    named = {action for one in found if not one.why_not for action in one.template.actions}
    return [
        action for action in listed_actions(pack)
        if action.startswith("ORDER_") and action not in named
    ]  # fmt: skip


def missing_languages(found):
    """Names of templates that the language of the site does not have: for patients of another
    language they have no fallback."""
    names, language = {one.template.name for one in found}, default_language()
    return sorted(names - {one.template.name for one in found if one.template.language == language})
