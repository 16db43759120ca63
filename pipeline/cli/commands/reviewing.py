"""The review of a pack by clinicians: the form, what comes back, and what it says."""

from pathlib import Path

from pipeline import review
from pipeline.cli.commands.terminal import check_folder, say
from pipeline.core import InvalidProtocol, UsageError, clock
from pipeline.protocol import problems

CODES_SHOWN = 10


def review_pack(pack, options):
    """Write the form of a pack, or keep a review that came back."""
    if options.add:
        return _keep(pack, options)
    if wrong := problems(pack):
        file, line, message = wrong[0]
        raise InvalidProtocol(
            f"{pack.path.name} has problems ({len(wrong)}), the first at {file}:{line}: {message}."
            " Type: b12 protocol check"
        )
    folder = options.out or Path()
    check_folder(folder)
    page, paper = review.write_kit(pack, folder, clock.today())
    say(
        f"{page}\n{paper}\nSend a reviewer one of them: the page saves the answers as a file, the"
        " paper form is for pen. Then type: b12 protocol review --add FILE"
    )
    return None


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
    """Raises UsageError for options of `review` with another action."""
    used = [name for name in ("add", "out", "replace") if getattr(options, name)]
    if options.action != "review" and used:
        raise UsageError(f"--{used[0]} belongs to b12 protocol review.")
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
