"""An argument parser that says what may have been meant."""

import argparse
import sys
from difflib import get_close_matches

from pipeline.exports import fitted

CUTOFF = 0.65  # of likeness, from 0 to 1


class Parser(argparse.ArgumentParser):
    """As argparse's; commands, choices and options that are not known are answered with the ones
    that are like them."""

    def parse_args(self, args=None, namespace=None):
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self._used(options).error(self._unknown(unknown[0], options))
        return options

    def error(self, message):
        """End with the usage and what is wrong, on standard error: exit code 2."""
        self.print_usage(sys.stderr)
        if message.endswith("required: COMMAND"):
            message = f"give a command. For all of them: {self.prog} --help"
        self.exit(2, fitted(f"{self.prog}: {message}", sys.stderr) + "\n")

    def _used(self, options):
        "The parser of the command that was typed"
        commands = _commands(self)
        return commands.get(getattr(options, "command", None) or "", self)

    def _unknown(self, text, options):
        known = self._used(options)._option_string_actions
        name = text.split("=")[0]
        if not text.startswith("-"):
            return f"{text} is one argument too many."
        return f"{name} is not an option.{_meant(name, known)} For all of them: --help"

    def _check_value(self, action, value):
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        meant = _meant(str(value), choices)
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(
                None, f"{value} is not a command.{meant} For all of them: b12 --help"
            )
        raise argparse.ArgumentError(
            action, f"{value} is not one of {', '.join(choices)}.{meant if meant else ''}"
        )


def _commands(parser):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def _meant(text, known):
    "The dashes of options say nothing of how like they are"
    bare, names = text.lstrip("-").lower(), {each.lstrip("-"): each for each in known}
    begun = [name for name in names if len(bare) > 2 and name.startswith(bare)]
    found = get_close_matches(bare, names, n=3, cutoff=CUTOFF)
    likely = [names[name] for name in dict.fromkeys([*begun, *found])][:3]
    return f" Did you mean {' or '.join(likely)}?" if likely else ""
