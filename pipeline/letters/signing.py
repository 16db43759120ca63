"""The owner of a template signs that it may name a diagnosis, for the text as it is."""

from pipeline import worklist
from pipeline.core import UsageError
from pipeline.letters.checks import usable


def template_to_sign(home, store, called):
    """The Template of a name such as clinician-findings.en, which may be signed. Raises
    UsageError."""
    known = {f"{one.template.name}.{one.template.language}": one for one in usable(home, store)}
    one = known.get(called.removesuffix(".txt"))
    if one is None:
        raise UsageError(f"There is no template {called}. There are: {', '.join(sorted(known))}.")
    template = one.template
    if template.fault:
        raise UsageError(f"{template.file} cannot be signed: {template.fault}.")
    if not template.may_name_diagnosis:
        raise UsageError(
            f"{template.file} needs no signature: it says may_name_diagnosis: false, so it may use"
            " no clinical field."
        )
    if template.is_shipped:
        raise UsageError(
            f"{template.file} is an example without an owner at this site. Copy it to"
            f" {home.letters}, name its owner in the head, then sign it."
        )
    return template


def sign(store, template, *, name, role, actor, origin):
    """Record that the owner of a template signed its file as it is, with an entry of the audit;
    returns the worklist.Signature. Raises UsageError for any other name than the owner's."""
    if " ".join(name.split()).casefold() != " ".join(template.owner.split()).casefold():
        raise UsageError(
            f"The owner of {template.file} is {template.owner}: the owner alone signs it."
        )
    return worklist.sign(
        store, sha256=template.sha256, protocol=f"{template.name}.{template.language}", name=name,
        role=role, actor=actor, origin=origin, what="letter_signed",
    )  # fmt: skip
