"""Templates as the files of the folder `letters/`, of the repository and of a site: a head in YAML,
then the text."""

import hashlib
import re
from dataclasses import dataclass, field

from pipeline.core import LETTERS, YAML_ERRORS, Malformed, fault, parse_yaml, read_bytes
from pipeline.letters.fields import KINDS

FILE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.([a-z]{2,3})\.txt")
KEYS = {"kind", "title", "subject", "owner", "may_name_diagnosis", "actions", "children"}
ACTION = re.compile(r"[A-Z][A-Z0-9_]*")
LARGEST = 10_000  # bytes of a file
LONGEST_NAME = 60


@dataclass(frozen=True)
class Template:
    """A template in a language. file: its name; line: in which line of it the body begins. title:
    what the pages call it. actions: of the patients that it is for, none for all; children: whether
    it may go to a child. fault: why it cannot be used, in a sentence; then its kind may be
    unknown."""

    name: str
    language: str
    file: str
    sha256: str
    is_shipped: bool
    kind: str | None = None
    title: str = ""
    subject: str = ""
    owner: str = ""
    may_name_diagnosis: bool = False
    actions: tuple[str, ...] = ()
    children: bool = False
    body: str = field(default="", repr=False)
    line: int = 1
    fault: str | None = None

    @property
    def wording(self):
        """What the history keeps of a letter: which text it was, no word of it."""
        return f"{self.name}.{self.language}, SHA-256 {self.sha256[:12]}…"


def templates(home):
    """Every Template, by name and language. A name in the site's folder replaces the shipped
    templates of this name, in all languages. Raises OSError."""
    own = list(_in_folder(home.letters, is_shipped=False)) if home.letters.is_dir() else []
    replaced = {one.name for one in own}
    shipped = [one for one in _in_folder(LETTERS, is_shipped=True) if one.name not in replaced]
    return sorted((*own, *shipped), key=lambda one: (one.name, one.language))


def _in_folder(folder, *, is_shipped):
    for path in sorted(folder.glob("*.txt")):
        named = FILE.fullmatch(path.name)
        name, language = (named[1], named[2]) if named else (path.name.split(".")[0], "")
        common = {
            "name": name[:LONGEST_NAME], "language": language, "file": path.name,
            "is_shipped": is_shipped, "sha256": "",
        }  # fmt: skip
        try:
            content = read_bytes(path, most=LARGEST)  # once: what is signed is what is read
            common["sha256"] = hashlib.sha256(content).hexdigest()
            if named is None:
                raise Malformed("its name must be NAME.LANGUAGE.txt, as recall-letter.en.txt")
            yield Template(**common, **_read(content))
        except YAML_ERRORS as error:
            yield Template(**common, fault=fault(error))


def _read(content):
    "The head and the body of a file. Raises one of YAML_ERRORS"
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8") from None
    first, _, rest = text.partition("\n")
    head, mark, body = rest.partition("\n---\n")
    if first.strip() != "---" or not mark:
        raise Malformed("line 1: a head between two lines of --- is missing")
    given = parse_yaml(head)
    if not isinstance(given, dict):
        raise Malformed("the head must be lines such as kind: letter")
    if unknown := given.keys() - KEYS:
        raise Malformed(f"{', '.join(map(str, sorted(unknown, key=str)))} is not a key of the head")
    _check(given, body)
    actions = tuple(given.get("actions", ()))
    return {**given, "actions": actions, "body": body, "line": head.count("\n") + 4}


def _check(given, body):
    if given.get("kind") not in KINDS:
        raise Malformed(f"kind must be one of {', '.join(KINDS)}")
    _check_limits(given)
    needed = ("title", "owner") if given["kind"] == "sms" else ("title", "owner", "subject")
    for name in (*needed, *({"subject"} & given.keys())):
        value = given.get(name)
        if not isinstance(value, str) or not value.strip() or "\n" in value or len(value) > 100:
            raise Malformed(f"{name} must be a text of one line, at most 100 characters")
    if "{" in given.get("subject", ""):
        raise Malformed("the subject holds no fields: only the text below the head does")
    if not body.strip():
        raise Malformed("there is no text below the head")


def _check_limits(given):
    "What the template may say, and to whom"
    for name in ("may_name_diagnosis", "children"):
        if not isinstance(given.get(name, False), bool):
            raise Malformed(f"{name} must be true or false")
    if "actions" in given and not _are_actions(given["actions"]):
        raise Malformed("actions must be a list of actions, such as [ORDER_B12, ORDER_MMA]")


def _are_actions(value):
    is_list = isinstance(value, list) and bool(value)
    return is_list and all(isinstance(each, str) and ACTION.fullmatch(each) for each in value)
