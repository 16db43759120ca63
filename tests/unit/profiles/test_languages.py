"Languages by how sources spell them, and by the names that readers read."

from collections import Counter

import pytest

from pipeline.profiles import language_name, language_spellings


def test_a_spelling_stands_for_one_language():
    spellings = Counter(spelling for spelling, _ in language_spellings())
    assert spellings.most_common(1)[0][1] == 1
    assert all(spelling == spelling.lower().strip() for spelling in spellings)


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "English"), ("de-AT", "German (AT)"), ("Klingon", "Klingon"), (None, None)],
)
def test_a_tag_is_shown_by_its_name(tag, name):
    assert language_name(tag) == name
