"""The command of letters: the templates and their state, their signature, and letters to the
patients of the worklist."""

from contextlib import ExitStack, closing, suppress

from pipeline import letters as post
from pipeline import worklist
from pipeline.cli.commands.recording import record_in
from pipeline.cli.commands.terminal import check_file, is_confirmed, say, show
from pipeline.core import InvalidProtocol, UsageError, account, clock, counted, flush, replacing
from pipeline.exports import table
from pipeline.profiles import language_name
from pipeline.run import COMMAND_LINE

COLUMNS = ("template", "kind", "title", "owner", "from", "state")
LEAST = ("owner", "title")
LEFT = ("patient_id", "why")
OF_WRITE = ("kind", "chosen", "priority", "status", "site", "out", "log", "by", "again")
NOBODY = (
    "No letter was written: none of these patients can be written to. --again writes also to those"
    f" who had the same letter in the last {post.LATELY} days."
)
OF_SIGN = ("template", "name", "yes")


def letters(home, options):
    _check_options(options)
    with closing(worklist.open_store(home)) as store:
        return ACTIONS[options.action](home, store, options)


def _check_options(options):
    for action, names in (("write", OF_WRITE), ("sign", OF_SIGN)):
        used = [name for name in names if getattr(options, name)]
        if options.action != action and used:
            named = {"chosen": "--template", "template": "TEMPLATE"}.get(used[0], f"--{used[0]}")
            raise UsageError(f"{named} belongs to b12 letters {action}.")
    if options.by and not options.log:
        raise UsageError("--by NAME says who wrote, for --log.")


def _list(home, store, _):
    rows = [_row(one) for one in post.usable(home, store)]
    show(table(rows, COLUMNS, least=LEAST))
    say(f"\nA site's own templates: {home.letters}. Next: b12 letters check")


def _row(one):
    template = one.template
    return {
        "template": f"{template.name}.{template.language}", "kind": template.kind or "–",
        "title": template.title, "owner": template.owner, "state": _state(one),
        "from": "shipped" if template.is_shipped else "site",
    }  # fmt: skip


def _state(one):
    if one.is_signed:
        return f"signed by {one.signature.name}, {one.signature.signed_at:%Y-%m-%d}"
    if one.errors:
        return "cannot be used"
    return "not signed" if one.awaits else "in use"


def _check(home, store, _):
    found = post.checked(home, store)
    for one in found:
        name = f"{one.template.file} ({'shipped' if one.template.is_shipped else 'site'})"
        awaits = f"waits for its owner's signature: it uses {one.awaits}" if one.awaits else None
        said = [*(f"error: {each}" for each in one.errors), awaits, *one.warnings]
        for each in filter(None, said):
            say(f"{name}: {each}.")
    for name in post.missing_languages(found):
        language = language_name(post.default_language())
        told = f"no {language} version, so patients who prefer another language get no letter"
        say(f"{name}: {told} ($B12_LOCALE).")
    _tell_actions(found, worklist.followed_pack(home, store))
    wrong = sum(bool(one.errors) for one in found)
    if wrong:
        raise InvalidProtocol(f"{counted(wrong, 'template')} of {len(found)} cannot be used.")
    say(f"{counted(len(found), 'template')} can be used.")


def _tell_actions(found, pack):
    "Which actions of the protocol no letter, or none of its own, is for"
    if left := post.actions_without_letter(found, pack):
        say(f"No letter or SMS is for {', '.join(left)}: their patients are not written to.")
    elif left := post.actions_by_name(found, pack):
        say(f"No letter names {', '.join(left)}: their patients get letters for everyone alone.")


def _sign(home, store, options):
    if not (options.template and (options.name or "").strip()):
        raise UsageError("Say what is signed, and by whom: b12 letters sign TEMPLATE --name NAME")
    template = post.template_to_sign(home, store, options.template)
    say(f"{template.file}, SHA-256 {template.sha256}\n")
    show(f"{template.subject}\n\n{template.body}")
    question = f"{options.name}, {options.role}: may this text name a diagnosis, as it is?"
    if not (options.yes or is_confirmed(question)):
        raise UsageError("Not signed.")
    signed = post.sign(
        store, template, name=options.name, role=options.role,
        actor=worklist.Actor(account(), "admin"), origin=COMMAND_LINE,
    )  # fmt: skip
    say(f"Signed by {signed.name}, {signed.role}. A change of the file ends the signature.")


def _write(home, store, options):
    form = _form(options)
    worklist.follow(home, store)
    shelf = post.shelf(home, store)
    name = _template(shelf, options)
    plan = post.plan(store, shelf, name, _rows(store, options))
    written, left = _drawn(plan, form)
    if not options.again:
        written, left = _first(store, written, left)
    if written:
        seen = [one.item_id for one in (*written, *left)]
        record_in(store, "export", items=seen, rows=len(seen), detail=f"{name}, {form}")
        written, left = _to_file(store, written, left, form, options)
    _tell_left(left)
    if not written:
        raise UsageError(NOBODY)
    logged = "" if options.log else " Nothing was logged: --log records an attempt of each."
    say(f"{options.out}: {counted(len(written), 'letter')} of {plan.title!r}.{logged}")


def _form(options):
    "By the ending of the file. Raises UsageError"
    if options.kind is None or options.out is None:
        raise UsageError("Say what to write, and where: b12 letters write --kind KIND --out FILE")
    forms = post.FORMS_OF[options.kind]
    form = options.out.suffix.lower().removeprefix(".")
    if form not in forms:
        known = ", ".join(f".{each}" for each in forms)
        raise UsageError(f"--out {options.out}: known endings of {options.kind}: {known}.")
    check_file(options.out)
    return form


def _template(shelf, options):
    kinds = {name: post.kind_of(shelf, name) for name in post.offered(shelf)}
    names = [name for name, kind in kinds.items() if kind == options.kind]
    if options.chosen in names:
        return options.chosen
    if len(names) == 1 and options.chosen is None:
        return names[0]
    raise UsageError(f"Choose a template with --template: {', '.join(names) or 'there is none'}.")


def _rows(store, options):
    sites = tuple("" if site == "-" else site for site in options.site or ())
    chosen = worklist.Filter(
        priority=(options.priority,) if options.priority else (), site=sites,
        status=tuple(options.status or ()),
    )  # fmt: skip
    return list(worklist.listed(store, chosen, today=clock.today()))


def _drawn(plan, form):
    "The letters that the form can hold, and everyone else with the reason"
    undrawn = post.undrawn(plan.letters) if form == "pdf" else []
    keys = {one.letter.key for one in undrawn}
    without = [_left(one.letter, post.no_glyphs(one)) for one in undrawn]
    return [one for one in plan.letters if one.key not in keys], [*plan.left, *without]


def _first(store, written, left):
    "The letters to those who did not have the same lately; the others are left"
    had = post.had_lately(store, written)
    again = [
        _left(one, f"had the same letter on {had[one.key]}") for one in written if one.key in had
    ]
    return [one for one in written if one.key not in had], [*left, *again]


def _left(letter, why):
    return post.Left(letter.key, letter.item_id, letter.patient_id, why)


def _to_file(store, written, left, form, options):
    """The letters that are in the file, and everyone else. The file is written beside its place
    before anything is logged, and what was logged is taken back where it cannot take its place."""
    actor, act_id = worklist.Actor(options.by or account(), "admin"), worklist.new_act()
    with ExitStack() as failed:
        failed.callback(_take_back, store, act_id, actor)
        with replacing(options.out) as part:
            _render(part, written, form)
            if options.log:
                ready = len(written)
                written, left = _logged(store, written, left, actor=actor, act_id=act_id)
                if len(written) < ready:
                    _render(part, written, form)
        failed.pop_all()
    return written, left


def _render(path, letters, form):
    path.write_bytes(post.file_of(letters, form))
    path.chmod(0o600)
    flush(path)


def _take_back(store, act_id, actor):
    with suppress(UsageError):  # there is nothing to take back
        worklist.undo(store, act_id, actor=actor)


def _logged(store, written, left, *, actor, act_id):
    "The letters that were logged; whom someone changed at this moment is left. Raises UsageError"
    why = post.log(store, written, actor=actor, act_id=act_id).why
    changed = [_left(one, worklist.WHY_LEFT[why[one.key]]) for one in written if one.key in why]
    if len(changed) == len(written):
        _tell_left([*left, *changed])
        raise UsageError(NOBODY)
    return [one for one in written if one.key not in why], [*left, *changed]


def _tell_left(left):
    if left:
        rows = [{"patient_id": one.patient_id, "why": one.why} for one in left]
        say(f"Not written to: {counted(len(left), 'patient')}")
        show(table(rows, LEFT))


ACTIONS = {"list": _list, "check": _check, "sign": _sign, "write": _write}
