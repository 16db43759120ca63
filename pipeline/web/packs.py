"""The protocol packs that pages offer, by name: a reader never gives a path."""

import re
from functools import lru_cache
from pathlib import Path

from fastapi import HTTPException

from pipeline.analysis import SECTION_TITLES, difference_in_words
from pipeline.core import InvalidProtocol
from pipeline.protocol import differences, labels, load, pack_of_run, problems, shipped_packs
from pipeline.runs import known_manifest, latest_folder
from pipeline.screening import shadow_names

CODE = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b")


def offered():
    """`{name: Pack}` of those in `protocol/`, and of those that the operator names in
    B12_SHADOW_PACKS; what cannot be read is left out."""
    found = {}
    for reference in (*shipped_packs(), *shadow_names()):
        try:
            pack = load(reference)
        except InvalidProtocol:
            continue
        is_other = pack.name in found and found[pack.name].sha256 != pack.sha256
        found[f"{pack.name}-{pack.sha256[:8]}" if is_other else pack.name] = pack
    return found


def chosen_pack(packs, name):
    """One of `offered`. Raises HTTPException 404 for any other name."""
    if name not in packs:
        raise HTTPException(404)
    return packs[name]


def watched():
    """The names of the packs that B12_SHADOW_PACKS asks for; of one that cannot be read, that of
    its file."""
    return [_named(reference) for reference in shadow_names()]


def _named(reference):
    try:
        return load(reference).name
    except InvalidProtocol:
        return Path(reference).name.removesuffix(".yaml")


def latest_pack(home):
    """The pack by which the last published run was screened. Raises UsageError without a run."""
    folder = latest_folder(home).resolve()
    return pack_of_run(folder, known_manifest(folder).protocol, is_needed=False)


@lru_cache(maxsize=16)
def is_sound(pack):
    """Whether a Pack has no problems; kept, as the same text is the same Pack."""
    return not problems(pack)


@lru_cache(maxsize=16)
def differences_in_words(old, new):
    """What differs between two sound Packs: `{title of a section: [sentence, …]}`."""
    sections = {}
    for difference in differences(old, new):
        title = SECTION_TITLES[difference.section]
        sections.setdefault(title, []).append(_spoken(difference_in_words(difference)))
    return sections


def _spoken(sentence):
    "With its codes in words, also the one that it begins with: a band, a fact, a rule"
    name, colon, more = sentence.partition(":")
    if labels.CODE.fullmatch(name):
        return f"{labels.word(name)}{colon}{in_words(more)}"
    said = in_words(sentence)
    return said[:1].upper() + said[1:]


def in_words(text):
    """A text of a pack with the codes that it names in words."""
    return CODE.sub(lambda match: labels.low(match[0]), text)
