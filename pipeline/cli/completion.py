"""Completion of commands, options and choices for a shell: a script made from the argument parser,
so that a press of the tab key starts no Python."""

import argparse
import shlex
from dataclasses import dataclass

SHELLS = ("bash", "zsh", "fish")
HOME_OPTION = "--home"


@dataclass(frozen=True)
class Command:
    """What may follow a command. options: each with its help. choices: the words that may follow an
    option. takes: the options that need a value. words: of its first argument, none for a file."""

    name: str
    help: str
    options: dict[str, str]
    choices: dict[str, tuple[str, ...]]
    takes: tuple[str, ...]
    words: tuple[str, ...]


def script(parser, shell):
    """The script that a shell reads to complete `b12`."""
    commands = list(_commands(parser))
    if shell == "fish":
        return _fish(commands)
    return (_ZSH if shell == "zsh" else "") + _bash(commands)


def _commands(parser):
    [subparsers] = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    helps = {action.dest: action.help or "" for action in subparsers._choices_actions}
    for name, command in subparsers.choices.items():
        yield _command(name, helps[name], command._actions)


def _command(name, text, actions):
    options, choices, takes, words = {}, {}, [], ()
    for action in actions:
        known = tuple(str(choice) for choice in action.choices or ())
        if not action.option_strings:
            words = words or known
            continue
        option = action.option_strings[-1]
        options[option] = action.help or ""
        if known:
            choices[option] = known
        if action.nargs != 0:
            takes.append(option)
    return Command(name, text, options, choices, tuple(takes), words)


def _bash(commands):
    names = " ".join(command.name for command in commands)
    cases = "\n".join(_bash_case(command) for command in commands)
    return _BASH.replace("@NAMES@", names).replace("@CASES@", cases)


def _bash_case(command):
    lines = [f"        {command.name})"]
    lines += [
        f"            [[ $previous == {option} ]] && words={shlex.quote(' '.join(known))}"
        for option, known in command.choices.items()
    ]
    files = "|".join(option for option in command.takes if option not in command.choices)
    options = shlex.quote(" ".join(command.options))
    lines += [
        f"            [[ $previous == @({files}) ]] && return",
        f"            [[ $current == -* ]] && words={options}",
    ]
    if command.words:
        words = shlex.quote(" ".join(command.words))
        lines.append(f"            [[ -z $words && $current != -* ]] && words={words}")
    return "\n".join([*lines, "            ;;"])


_ZSH = """autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
"""

_BASH = """# completion of b12: source <(b12 completion bash)
_b12() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local command="" word words="" place
    COMPREPLY=()
    for ((place = 1; place < COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        if [[ $word == --home ]]; then
            ((place++))
        elif [[ $word != -* ]]; then
            command=$word
            break
        fi
    done
    case $command in
        "")
            [[ $previous == --home ]] && return
            words="@NAMES@ --help --version --home"
            ;;
@CASES@
    esac
    [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
    return 0
}
complete -o default -o bashdefault -F _b12 b12
"""


def _fish(commands):
    lines = ["# completion of b12: b12 completion fish | source"]
    for command in commands:
        lines.append(
            f"complete -c b12 -n __fish_use_subcommand -f -a {command.name}"
            f" -d {_quoted(command.help)}"
        )
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        if command.words:
            lines.append(f"complete -c b12 {seen} -f -a {_quoted(' '.join(command.words))}")
        for option, text in command.options.items():
            if not option.startswith("--"):
                continue
            line = f"complete -c b12 {seen} -l {option[2:]} -d {_quoted(text)}"
            if option in command.choices:
                line += f" -x -a {_quoted(' '.join(command.choices[option]))}"
            elif option in command.takes:
                line += " -r"
            lines.append(line)
    return "\n".join(lines) + "\n"


def _quoted(text):
    "For fish, in which a quotation mark within single ones is escaped by a backslash"
    text = text.split(" (default: %(default)s")[0].replace("%(default)s", "").replace("%%", "%")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
