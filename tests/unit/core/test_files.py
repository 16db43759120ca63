"A secret is in its file whole or not at all, and the first to be written stays"

import os
import stat

import pytest

from pipeline.core import files


class Killed(BaseException):
    "What no code catches"


def kill(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("room", "moment"),
    [(files.secrets, "token_hex"), (os, "fsync"), (os, "link")],
    ids=lambda one: str(one),
)
def test_killed_at_any_moment_it_leaves_no_half_of_a_secret(tmp_path, monkeypatch, room, moment):
    path = tmp_path / "home" / "key"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(room, moment, kill)
        files.create_secret_file(path)
    assert not path.exists()
    files.create_secret_file(path)
    assert len(path.read_text()) == 64


def test_who_is_slower_takes_what_is_there(tmp_path, monkeypatch):
    path, link = tmp_path / "key", os.link

    def late(source, target, **named):
        monkeypatch.setattr(os, "link", link)
        files.create_secret_file(path)
        faster.append(path.read_text())
        link(source, target, **named)

    faster = []
    monkeypatch.setattr(os, "link", late)
    files.create_secret_file(path)
    files.create_secret_file(path)
    assert [path.read_text()] == faster
    assert [one.name for one in tmp_path.iterdir()] == ["key"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
