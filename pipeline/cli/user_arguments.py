"""The arguments of `b12 user`."""

from pipeline.worklist import ROLES

ROLE_HELP = (
    "operator: counts, no patients; viewer: reads; coordinator: acts; steward: also sees rejected"
    " rows; admin: everything"
)


USER_ACTIONS = ("add", "list", "role", "sites", "password", "disable", "enable", "sign-out", "bind")


def add_user(command):
    """Add the arguments to the command's parser."""
    command.add_argument("action", choices=USER_ACTIONS)
    command.add_argument("name", nargs="?", metavar="NAME")
    command.add_argument("--role", choices=ROLES, help=ROLE_HELP)
    text = "for add, role and sites: only the patients of this site; may be repeated; - stands for"
    text += " patients without a site (default: of every site)"
    command.add_argument("--site", action="append", metavar="SITE", help=text)
    text = "for role and sites: the patients of every site"
    command.add_argument("--all-sites", action="store_true", help=text)
    text = "for bind: the user's name at the provider of single sign-on, as the audit page shows it"
    command.add_argument("--subject", metavar="SUB", help=text)
