"Templates of the program and of a site: what is wrong with each is said, and a site's name replaces the shipped one in all languages"

import hashlib

import pytest

from pipeline.core import PROTOCOL, InvalidProtocol
from pipeline.letters import (
    actions_by_name,
    actions_without_letter,
    checked,
    example,
    missing_languages,
    templates,
    usable,
    what_to_do,
)
from pipeline.letters.what_to_do import clinical_word_in, clinical_words
from pipeline.protocol import load
from pipeline.worklist import Actor, open_store, sign
from tests.packs import write_small

OWNER = Actor("own", "admin")


@pytest.fixture
def store(home):
    home.root.mkdir()
    store = open_store(home)
    yield store
    store.close()


def of(found, name, language="en"):
    [one] = [one for one in found if (one.template.name, one.template.language) == (name, language)]
    return one


def test_every_shipped_template_is_sound_in_both_languages(home, store):
    found = checked(home, store)
    assert not [one.errors for one in found if one.errors or one.warnings]
    assert [one.template.name for one in found if one.awaits] == ["clinician-findings"]
    assert not missing_languages(found)
    for one in found:
        text = example(one.template, what_to_do(home))
        assert "{" not in text and "  " not in text and "None" not in text, one.template.file
        if not one.awaits:
            assert clinical_word_in(text, clinical_words(home)) is None


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("Name.en", None, "its name must be NAME.LANGUAGE.txt"), ("name", None, "its name must be"),
        ("name.en", "kind: letter\n", "a head between two lines"), ("name.en", "---\n- a\n---\n", "the head must be lines"),
        ("name.en", "---\nkind: fax\n---\n", "kind must be one of letter, sms, clinician"),
        ("name.en", "---\nkind: [\n---\n", "line "), ("name.en", "---\nkind: letter\nto: x\n---\n", "to is not a key"),
        ("name.en", "---\nkind: letter\ntitle: A\nowner: B\n---\n", "subject must be a text of one line"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: 5\n---\n", "owner must be a text of one line"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: B\nmay_name_diagnosis: perhaps\n---\n", "may_name_diagnosis must be true or false"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: B\nactions: ORDER_B12\n---\n", "actions must be a list of actions"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: B\nactions: []\n---\n", "actions must be a list of actions"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: B\nactions: [order b12]\n---\n", "actions must be a list of actions"),
        ("name.en", "---\nkind: sms\ntitle: A\nowner: B\nchildren: 5\n---\n", "children must be true or false"),
        ("name.en", "---\nkind: letter\ntitle: A\nowner: B\nsubject: 'To {{{{ name }}}}'\n---\n", "the subject holds no fields"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_and_the_others_stay(
    home, store, written, name, head, said
):
    written(name, "Dear {{ name }}", head=head)
    found = usable(home, store)
    [one] = [one for one in found if not one.template.is_shipped]
    assert said in one.why_not and len(found) > 5


def test_a_file_that_is_no_text_or_too_long_or_empty_is_refused(home, store, written):
    written("a-long.en", "x" * 20_000)
    written("b-bytes.en", "").write_bytes(b"---\nkind: sms\n---\n\xff")
    written("c-empty.en", " \n")
    (home.letters / "d-folder.en.txt").mkdir()
    faults = [one.fault for one in templates(home) if not one.is_shipped]
    for fault, said in zip(
        faults, ("larger than", "not UTF-8", "no text below", "not a file"), strict=True
    ):
        assert said in fault


def test_a_name_of_the_site_replaces_the_shipped_one_in_every_language(home, written):
    written("recall-letter.en", "Dear {{ name }}")
    found = [one for one in templates(home) if one.name == "recall-letter"]
    assert [(one.language, one.is_shipped) for one in found] == [("en", False)]
    written("recall-letter.en", "", head="broken")  # a broken one lets no shipped one in its place
    assert [one.is_shipped for one in templates(home) if one.name == "recall-letter"] == [False]


@pytest.mark.parametrize(
    "word", ["Ana\u0308mie", "An\u00adämie", "AN\u200bÄ\u2060MIE", "B₁₂", "B\u201112", "Ｖｉｔａｍｉｎ", "Ana\u034f\u0308mie"]
)  # fmt: skip
def test_a_clinical_word_is_known_however_it_is_written(home, word):
    assert clinical_word_in(f"Ihre {word}", clinical_words(home))


def test_the_name_of_the_clinic_is_clinical_content_too(home, store, written, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Vitamin B12 Clinic")
    path = written("mine.en", "Dear {{ name }}: {{ reason }}", may="true")
    written("plain.en", "Dear {{ name }}", may="true")
    said = "it uses the clinical word “b12” of B12_CLINIC_NAME; only a template with may_name_diagnosis"
    found = usable(home, store)
    assert all(said in of(found, name).why_not for name in ("recall-sms", "recall-letter"))
    assert of(found, "plain").why_not == "it waits for its owner's signature"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    sign(store, sha256=sha256, protocol="mine.en", name="Dr Own", role="clinician", actor=OWNER)
    assert of(usable(home, store), "mine").why_not is None


def test_an_action_that_the_protocol_does_not_have_is_told_by_the_check(home, store, written):
    head = "---\nkind: sms\ntitle: T\nowner: O\nactions: [ORDER_B12, ORDER_B21]\n---\n"
    written("mine.en", "Please call.", head=head)
    told = "the protocol praxis-2026 has no action ORDER_B21: no letter is written for it"
    assert of(checked(home, store), "mine").warnings == (told,)


def test_shipped_letters_name_the_missing_tests_of_every_pack_that_ships(home, store):
    found, words = checked(home, store), what_to_do(home)
    for pack in (load(path.stem) for path in PROTOCOL.glob("*.yaml")):
        assert actions_by_name(found, pack) == []
        assert actions_without_letter(found, pack) == []
        tests = [action for action in pack.raw["actions"] if action.startswith("ORDER_")]
        assert all((action, language) in words for action in tests for language in ("en", "de"))
    assert not [one.warnings for one in found if one.warnings]


def test_an_action_of_a_packs_own_has_the_letters_that_name_it_or_is_told(
    home, store, written, tmp_path
):
    path = write_small(tmp_path)
    path.write_text(path.read_text().replace("ORDER_MMA", "ORDER_OUR_TEST"))
    pack = load(path)
    assert actions_by_name(checked(home, store), pack) == ["ORDER_OUR_TEST"]
    for name in ("recall-letter", "recall-sms"):  # now no letter is for everyone
        head = "---\nkind: sms\ntitle: T\nowner: O\nactions: [ORDER_OUR_TEST]\n---\n"
        written(f"{name}.en", "Please call.", head=head)
    found = checked(home, store)
    assert actions_by_name(found, pack) == []
    left = actions_without_letter(found, pack)
    assert "TREAT_IM_NEURO" in left
    assert not {"ORDER_OUR_TEST", "ORDER_B12", "NO_ACTION"} & {*left}


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("Dear {{ name }},\n{{ reason }}", "letter", "the clinical field reason (line 9)"),
        ("{% if evidence %}x{% endif %}", "sms", "the clinical field evidence (line 8)"),
        ("You may have a lack of vitamin B12.", "letter", "the clinical word “b12”"),
        ("{{ 'Anaemia' if name else '' }}", "letter", "the clinical word “anaemi”"),
        ("Ein MANGEL", "letter", "the clinical word “mangel”"),
        ("Dear {{ nmae }}", "letter", "line 8: nmae is not a field of this kind of letter. Its fields: name, today"),
        ("{{ patient_id }}", "sms", "patient_id is not a field of this kind"), ("{{ born }}", "letter", "born is not a field of this kind"),
        ("a\n{{ 'a' if " + "not " * 200 + "name else 'b' }}", "letter", "line 9: conditions are nested more than 20 deep"),
        ("a\n{{ name.x }}", "letter", "line 9: a dot is not allowed"),
    ],
)  # fmt: skip
def test_an_unsigned_template_with_clinical_content_is_refused_with_file_and_field(
    home, store, written, body, kind, said
):
    written("mine.en", body, kind=kind)
    assert said in of(usable(home, store), "mine").errors[0]


def test_a_signature_counts_for_the_file_as_it_is_and_for_no_other_byte(home, store, written):
    path = written("mine.en", "Dear {{ name }}: {{ reason }}", may="true")
    one = of(usable(home, store), "mine")
    assert (
        not one.is_signed
        and one.why_not == "it waits for its owner's signature"
        and "reason (line 8)" in one.awaits
    )
    given = {"protocol": "mine.en", "name": "Dr Own", "role": "clinician", "actor": OWNER}
    sign(store, sha256=one.template.sha256, **given)
    assert (
        of(usable(home, store), "mine").is_signed
        and of(usable(home, store), "mine").why_not is None
    )
    path.write_bytes(path.read_bytes().replace(b"Dear", b"dear"))
    assert of(usable(home, store), "mine").why_not
    path.write_bytes(path.read_bytes().replace(b"dear", b"Dear").replace(b"true", b"false"))
    one = of(usable(home, store), "mine")  # nor does a signature help who may not name a diagnosis
    sign(store, sha256=one.template.sha256, **given)
    assert not of(usable(home, store), "mine").is_signed and of(usable(home, store), "mine").errors


def test_an_sms_is_one_message_or_two_and_never_more(home, store, written):
    for name, length in (("a", 160), ("b", 161), ("c", 306), ("d", 307)):
        written(f"{name}.en", "x" * length, kind="sms")
    written("e.en", "ł" * 71, kind="sms")
    found = checked(home, store)
    said = {name: (len(of(found, name).errors), len(of(found, name).warnings)) for name in "abcde"}
    assert said == {"a": (0, 0), "b": (0, 1), "c": (0, 1), "d": (1, 0), "e": (0, 1)}
    assert "307 characters" in of(found, "d").errors[0]


def test_what_to_do_has_words_in_the_language_of_the_template_and_none_of_a_diagnosis(
    home, store, written
):
    written("mine.fr", "Bonjour {{ name }} : {{ what_to_do }}")
    assert (
        "has no line for any action (*) in fr" in of(checked(home, store), "mine", "fr").errors[0]
    )
    (home.letters / "what_to_do.csv").write_text(
        "action,language,text\n*,fr,appelez-nous\nORDER_B12,en,have your B12 taken\n"
    )
    found = checked(home, store)
    assert not of(found, "mine", "fr").errors
    assert of(found, "recall-letter").errors == ("what_to_do.csv has a clinical word in en",)
    assert missing_languages(found) == ["mine"]


def test_a_name_is_one_kind_of_letter_in_every_language(home, store, written):
    written("mine.de", "Guten Tag", kind="sms")
    written("mine.en", "Hello")
    found = usable(home, store)
    assert of(found, "mine", "de").why_not is None
    assert of(found, "mine").why_not == "its kind is not sms, as in other languages"


@pytest.mark.parametrize(
    "text", ["action,language\n*,en\n", "action,language,text\n*,en,\n", "\xff"]
)
def test_words_that_a_site_wrote_wrongly_are_refused_with_their_line(home, text):
    home.letters.mkdir(parents=True)
    (home.letters / "what_to_do.csv").write_text(text, encoding="latin-1")
    with pytest.raises(InvalidProtocol, match=r"what_to_do\.csv line 2: "):
        what_to_do(home)


def test_a_letter_that_the_font_does_not_have_is_told_by_the_check(home, store, written):
    written(
        "mine.pl", "Szanowna Pani, Szanowny Panie {{ name }}, prosimy o telefon: będziemy czekać."
    )
    found = of(checked(home, store), "mine", "pl")
    assert found.warnings == ("the font of the PDF does not have ę: set $B12_LETTER_FONT",)
