"How much memory DuckDB may use"

import pytest

from pipeline.core import memory
from pipeline.core.errors import UsageError


@pytest.fixture
def container(tmp_path, monkeypatch):
    "A container that may use two billion bytes"
    path = tmp_path / "memory.max"
    path.write_text("2000000000\n")
    monkeypatch.setattr(memory, "CONTAINER", (tmp_path / "absent", path))
    monkeypatch.delenv("B12_MEMORY", raising=False)
    return path


@pytest.mark.parametrize(
    ("given", "size"),
    [("", 500_000_000), ("40%", 800_000_000), ("3GB", 3_000_000_000), ("750MB", 750_000_000)],
)
def test_a_share_is_of_what_the_container_may_use(container, monkeypatch, given, size):
    monkeypatch.setenv("B12_MEMORY", given)
    assert memory.memory_in_bytes() == size


def test_a_container_without_a_limit_has_what_the_machine_has(container):
    container.write_text("max\n")
    assert memory.machine_memory() > 2_000_000_000


@pytest.mark.parametrize("given", ["much", "0%", "inf%", "nan%", "-3GB", "1kB"])
def test_a_wrong_setting_is_named(container, monkeypatch, given):
    monkeypatch.setenv("B12_MEMORY", given)
    with pytest.raises(UsageError, match=f"B12_MEMORY is {given}"):
        memory.memory_in_bytes()
