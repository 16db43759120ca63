"""The commands for protocol packs: check, show, try, compare, begin one, review, sign."""

import sys
from dataclasses import asdict
from pathlib import Path

from pipeline.analysis import SECTION_TITLES, difference_in_words, try_examples
from pipeline.cli.commands.reviewing import (
    check_options,
    check_sound,
    review_pack,
    sign_pack,
    tell_reviews,
    tell_untried,
)
from pipeline.cli.commands.signing import list_signatures, tell_signature
from pipeline.cli.commands.terminal import check_folder, complain, say, show
from pipeline.core import DEFAULT_PACK, UsageError, clock, counted
from pipeline.exports import as_json, fitted, table
from pipeline.protocol import (
    deciding_pack,
    differences,
    drafted,
    examples_of,
    has_examples,
    load,
    missing_examples,
    problems,
    unmade_remarks,
)
from pipeline.review import with_reviews

SAME_BUT = "The files differ, in their heads, sources, examples or comments alone."
TRIED = ("example", "outcome", "of", "expected", "came")


def protocol(home, options):
    check_options(options)
    if options.action == "signatures":
        return list_signatures(home, options)
    if options.action == "new":
        return _new(options)
    pack = deciding_pack(options.pack)
    match options.action:
        case "diff":
            return _diff(pack, options)
        case "show":
            show("\n".join(map(_fitted_prose, with_reviews(pack).split("\n"))))
            return tell_signature(home, pack, tell=complain)
        case "review":
            return review_pack(pack, options)
        case "sign":
            return sign_pack(home, pack, options)
        case "test":
            return _test(pack, options)
    return _check(home, pack)


def _fitted_prose(line):
    "On a terminal, and without the rows of tables: elsewhere it is Markdown to be rendered"
    return fitted(line) if sys.stdout.isatty() and not line.startswith("|") else line


def _check(home, pack):
    if wrong := problems(pack) or missing_examples(pack):
        for file, line, message in wrong:
            print(f"{file}:{line}: {message}", file=sys.stderr)
        return 12
    examples = f", {counted(len(examples_of(pack)), 'example')}" if has_examples(pack) else ""
    say(
        f"{pack.path.name}: sound. {counted(len(pack.facts), 'fact')},"
        f" {counted(sum(len(d.rules) for d in pack.decisions), 'rule')}{examples}."
    )
    if not examples and pack.raw.get("based_on"):
        say("Warning: it has no examples, so nobody can see what it does to a patient.")
    for remark in unmade_remarks(pack):
        say(f"Warning: {remark}")
    tell_reviews(pack)
    return tell_signature(home, pack)


def _new(options):
    "Both files are written, or none"
    if not options.pack:
        raise UsageError("Say what it is called: b12 protocol new NAME --from PACK")
    base = load(options.based_on or DEFAULT_PACK)
    path = options.out or Path(f"{options.pack}.yaml")
    if path.suffix != ".yaml":
        raise UsageError(f"{path} does not end in .yaml, as the file of a pack does.")
    check_folder(path.parent)
    check_sound(base)
    texts = drafted(options.pack, base, folder=path.parent, today=clock.today())
    files = [path, path.with_name(f"{path.stem}.concepts.csv")]
    for file in files[: len(texts)]:
        if file.exists():
            raise UsageError(f"{file} exists already. Choose another name, or remove it.")
    for file, text in zip(files, texts, strict=False):
        file.write_text(text, encoding="utf-8")
    say(f"{path}\nFill in its head, change what differs, then type: b12 protocol check {path}")


def _diff(pack, options):
    if not options.other:
        raise UsageError("Name two packs: b12 protocol diff PACK PACK")
    other = load(options.other)
    for each in (pack, other):
        check_sound(each)
    found = differences(pack, other)
    if options.format == "json":
        show(as_json([asdict(each) for each in found]))
        return
    say(f"From {pack.versioned_name} to {other.versioned_name}:")
    section = None
    for each in found:
        if each.section != section:
            section = each.section
            say(f"\n{SECTION_TITLES[section]}")
        say(f"  {difference_in_words(each)}")
    if not found:
        same = "The files are the same." if pack.sha256 == other.sha256 else SAME_BUT
        say(f"No rule, limit, setting, fact, concept or action differs. {same}")


def _test(pack, options):
    check_sound(pack)
    if not has_examples(pack):
        raise UsageError(
            f"{pack.path.name} has no examples. protocol/README.md says how they are written."
        )
    tried = try_examples(pack)
    failed = [each for each in tried if not each.is_passed]
    if options.format == "json":
        show(as_json([_as_json(each) for each in tried]))
    else:
        show(table([row for each in tried for row in _rows(each)], TRIED))
        say(f"{counted(len(tried), 'example')}: {len(tried) - len(failed)} passed,"
            f" {len(failed)} failed.")  # fmt: skip
        tell_untried(pack, tried)
    return 12 if failed else None


def _rows(tried):
    "One of an example that passed, else one for each difference"
    name = f"{tried.example.number}. {tried.example.title}"
    if tried.is_passed:
        return [{"example": name, "outcome": "passed"}]
    rows = [
        {"of": what, "expected": expected, "came": came}
        for what, expected, came in tried.differences
    ]
    return [{"example": name, "outcome": "failed", **rows[0]}, *rows[1:]]


def _as_json(tried):
    names = ("of", "expected", "came")
    return {
        "example": tried.example.number, "title": tried.example.title,
        "as_of": str(tried.example.as_of), "outcome": "passed" if tried.is_passed else "failed",
        "differences": [dict(zip(names, each, strict=True)) for each in tried.differences],
        "came": tried.came,
    }  # fmt: skip
