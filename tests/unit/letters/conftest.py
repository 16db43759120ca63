"A home with templates of its own, a clinic, and rows of the worklist with what is known of the patients"

import pytest

from pipeline import letters
from pipeline.core.config import CONTACT, Home
from pipeline.worklist import item, keep_contacts
from pipeline.worklist.contacts import COLUMNS

HEAD = "---\nkind: {kind}\ntitle: A title\nsubject: A subject\nowner: Dr Own\nmay_name_diagnosis: {may}\n---\n"

ANN = {"name": "Ann Example", "phone": "020 7946 0001", "preferred_language": "en", "registered_clinician": "Dr Gray"}  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Example Health Centre")
    monkeypatch.setenv("B12_CLINIC_PHONE", "020 7946 0000")
    return Home(tmp_path / "home")


@pytest.fixture
def written(home):
    "Writes a template of the site"

    def write(name, body, *, kind="letter", may="false", head=None):
        home.letters.mkdir(parents=True, exist_ok=True)
        text = (HEAD if head is None else head).format(kind=kind, may=may) + body
        (home.letters / f"{name}.txt").write_text(text, encoding="utf-8")
        return home.letters / f"{name}.txt"

    return write


def knows(store, patient_id, **cells):
    "Puts what is known of a patient into the store"
    values = {"patient_id": patient_id, "source": "canonical", "known_at": 1} | cells
    values |= {f"{name}_at": 1 for name in CONTACT if cells.get(name) is not None}
    keep_contacts(store, [tuple(values.get(name) for name in COLUMNS)])


def planned(home, store, name, keys, **more):
    rows = [item(store, key) for key in keys]
    return letters.plan(store, letters.shelf(home, store), name, rows, **more)
