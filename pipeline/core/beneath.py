"""Folders into which others write: reached without following any link, so that nobody leads us out of them."""

import os
from contextlib import contextmanager, suppress
from pathlib import PurePath


@contextmanager
def beneath(root, folder, *, make=False):
    """A descriptor, for `dir_fd=`, of a folder below a root. make: folders that are not there are made.

    Raises FileNotFoundError, and NotADirectoryError where something else stands in the way, such as a link.
    """
    held = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in PurePath(folder).parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=held)
            deeper = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
            os.close(held)
            held = deeper
        yield held
    finally:
        os.close(held)
