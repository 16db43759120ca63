"The secret that signs sessions is made once, and read by its owner alone"

import stat

import pytest

from pipeline.core.config import Home
from pipeline.core.errors import UsageError
from pipeline.web.secret import secret


def test_it_is_made_once(tmp_path, monkeypatch):
    monkeypatch.delenv("B12_SECRET", raising=False)
    made = secret(Home(tmp_path))
    assert len(made) == 64 and secret(Home(tmp_path)) == made
    assert stat.S_IMODE((tmp_path / "web-secret").stat().st_mode) == 0o600


def test_it_may_be_given_and_must_be_long(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SECRET", "x" * 32)
    assert secret(Home(tmp_path)) == "x" * 32 and not (tmp_path / "web-secret").exists()
    monkeypatch.setenv("B12_SECRET", "short")
    with pytest.raises(UsageError, match="32 characters"):
        secret(Home(tmp_path))


def test_one_left_incomplete_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("B12_SECRET", raising=False)
    (tmp_path / "web-secret").write_text("abc")
    with pytest.raises(UsageError, match="Delete it"):
        secret(Home(tmp_path))
