"""The review of a pack by clinicians: the form, what comes back, and what it says."""

from contextlib import closing
from pathlib import Path

from pipeline import review, worklist
from pipeline.analysis import try_examples
from pipeline.cli.commands.terminal import check_folder, is_confirmed, say
from pipeline.core import InvalidProtocol, UsageError, account, clock
from pipeline.protocol import has_examples, missing_examples, problems
from pipeline.run import COMMAND_LINE
from pipeline.screening import parse_day

CODES_SHOWN = 10
ACTIONS_WITH = {
    "add": ("review",), "out": ("review", "new"), "replace": ("review",), "name": ("sign",),
    "yes": ("sign",), "despite_objections": ("sign",), "date": ("sign",), "based_on": ("new",),
    "format": ("signatures", "test", "diff"), "other": ("diff",),
}  # fmt: skip
OPTION_NAMES = {"based_on": "--from", "other": "A second pack"}


def review_pack(pack, options):
    """Write the form of a pack, or keep a review that came back."""
    if options.add:
        return _keep(pack, options)
    check_sound(pack)
    folder = options.out or Path()
    check_folder(folder)
    page, paper = review.write_kit(pack, folder, clock.today())
    say(
        f"{page}\n{paper}\nSend a reviewer one of them: the page saves the answers as a file, the"
        " paper form is for pen. Then type: b12 protocol review --add FILE"
    )
    return None


def sign_pack(home, pack, options):
    """Record that a person signs a pack as it is, after a question. Raises UsageError and
    InvalidProtocol."""
    if not (options.name or "").strip():
        raise UsageError("Say who signs: b12 protocol sign --name NAME --role clinician")
    check_sound(pack)
    _check_examples(pack)
    if review.standing_of(pack).objections and not options.despite_objections:
        raise UsageError(
            f"Reviewers object to lines of {pack.path.name}: b12 protocol show. Answer them, or"
            " sign with --despite-objections."
        )
    protocol, day = pack.versioned_name, options.date and parse_day(options.date)
    with closing(worklist.open_store(home)) as store:
        if signed := worklist.signed_already(store, pack.signed_sha256, options.name):
            say(f"{protocol} is signed already, by {signed.by}. Nothing was recorded.")
            return
        say(f"{protocol}, SHA-256 {pack.signed_sha256}")
        question = f"{options.name}, {options.role}: do you sign this protocol as it is?"
        if not (options.yes or is_confirmed(question)):
            raise UsageError("Not signed.")
        signed = worklist.sign(
            store, sha256=pack.signed_sha256, protocol=protocol, name=options.name,
            role=options.role, actor=worklist.Actor(account(), "admin"), origin=COMMAND_LINE,
            signed_on=day,
        )  # fmt: skip
    say(
        f"Signed by {signed.name}, {signed.role}. A change of the file, or of what its"
        " names mean (protocol/concepts.csv and others), ends the signature."
    )


def _check_examples(pack):
    "Nobody signs a pack that does not do what it shows, or does what it does not show"
    if not has_examples(pack):
        return
    _raise_first(pack, missing_examples(pack))
    tried = try_examples(pack)
    if failed := [each for each in tried if not each.is_passed]:
        first = failed[0].example
        raise InvalidProtocol(
            f"{pack.path.name} does not do what its examples say: {len(failed)} of {len(tried)}"
            f" fail, the first is {first.number}. {first.title}. Type: b12 protocol test"
        )
    _raise_first(pack, untried_lines(pack, tried))


def tell_untried(pack, tried):
    """Print the lines of rules and alerts that none of the examples tried was decided by."""
    if left := untried_lines(pack, tried):
        say(
            f"Lines of rules and alerts without an example: {len(left)}. A signature needs one of"
            " each."
        )
        for file, line, message in left:
            say(f"{file}:{line}: {message}")


def untried_lines(pack, tried):
    """The lines that no example that passed was decided by, as (file, line, message)."""
    passed = [each for each in tried if each.is_passed]
    return missing_examples(pack, {line for each in passed for line in each.decided})


def check_sound(pack):
    """Raises InvalidProtocol for a pack with problems: the first."""
    _raise_first(pack, problems(pack))


def _raise_first(pack, wrong):
    if wrong:
        file, line, message = wrong[0]
        raise InvalidProtocol(
            f"{pack.path.name} has problems ({len(wrong)}), the first at {file}:{line}: {message}."
            " Type: b12 protocol check"
        )


def _keep(pack, options):
    if options.out:
        check_folder(options.out)
    kept, done = review.keep(pack, options.add, folder=options.out, is_replacing=options.replace)
    given = [answer.answer for answer in done.answers]
    say(
        f"Kept {kept}: {given.count('agree')} agreed, {given.count('object')} objected,"
        f" {given.count('unsure')} not sure."
    )


def check_options(options):
    """Raises UsageError for options of one action with another."""
    for name, actions in ACTIONS_WITH.items():
        if getattr(options, name) and options.action not in actions:
            option = OPTION_NAMES.get(name, f"--{name.replace('_', '-')}")
            raise UsageError(f"{option} belongs to b12 protocol {' and '.join(actions)}.")
    if options.replace and not options.add:
        raise UsageError("--replace belongs to b12 protocol review --add FILE.")


def tell_reviews(pack):
    """Print the open objections of a pack that is sound: they do not stop a screening."""
    standing = review.standing_of(pack)
    if not standing.reviews:
        return
    say(f"Reviews: {review.summary(standing)}")
    if keys := standing.keys_with("object"):
        more = f" and {len(keys) - CODES_SHOWN} more" if len(keys) > CODES_SHOWN else ""
        say(
            f"Warning: open objections to {', '.join(keys[:CODES_SHOWN])}{more}. They do not stop a"
            " screening; read them with b12 protocol show, then change the line or ask the reviewer"
            " again."
        )
