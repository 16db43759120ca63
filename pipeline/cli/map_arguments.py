"""The arguments of `b12 map`."""

FLAGS = {
    "--none": "it is not relevant (needs --because)",
    "--undo": "take the answer back",
    "--dry-run": "only show what would change",
    "--all-files": "try it on every archived file that holds the code, not on the newest alone",
    "--yes": "do not ask before saving",
}


def add_map_arguments(command):
    """Add which code or unit is meant, and what is answered for it."""
    text = "as delivered, or its key or the beginning of it (default: lists the answers)"
    command.add_argument("code", nargs="?", metavar="CODE", help=text)
    command.add_argument("--source", metavar="PROFILE", help="only this source")
    text = "a code of the protocol, 'SYSTEM|CODE' (see b12 codes), or a unit"
    command.add_argument("--to", metavar="TARGET", help=text)
    text = "the reason, kept in the map and in the audit trail"
    command.add_argument("--because", metavar="TEXT", help=text)
    for name, text in FLAGS.items():
        command.add_argument(name, action="store_true", help=text)
