"""The command that completes the others in a shell."""

from pipeline.cli.commands.terminal import show
from pipeline.cli.completion import script


def completion(home, options):
    from pipeline.cli.arguments import parser

    show(script(parser(), options.shell).rstrip("\n"))
