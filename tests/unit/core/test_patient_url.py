"The address of a patient in the health record: a template of the site, and what may stand in it."

import pytest

from pipeline.core import UsageError, filled_patient_url, settings


@pytest.mark.parametrize(
    "template",
    [
        "https://record.example/p/{patient_id}",
        "http://10.0.0.7:8080/open?patient={patient_id}&from={system}#chart",
        "https://record.example/{system}/{patient_id}/{patient_id}",
    ],
)
def test_an_address_of_a_web_site_with_the_id_is_taken(monkeypatch, template):
    monkeypatch.setenv("B12_PATIENT_URL", template)
    assert settings().patient_url == template


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert('{patient_id}')",
        "data:text/html,{patient_id}",
        "//record.example/{patient_id}",
        "record.example/{patient_id}",
        "https:///{patient_id}",
        "https://{system}.example/{patient_id}",
        "https://user:secret@ehr.example/{patient_id}",
        "https://record.example/p",
        "https://record.example/p/{system}",
        "https://record.example/p/{patient_id}/{name}",
        "https://record.example/p/{patient_id!r}",
        "https://record.example/p/{patient_id:>99999}",
        "https://record.example/p/{patient_id}{",
        "https://record.example/p/{{patient_id}}",
        'https://record.example/"onclick="x/{patient_id}',
        "https://record.example/a b/{patient_id}",
        "https://record.example\\@evil.example/{patient_id}",
        "https://[::1/{patient_id}",
    ],
)
def test_anything_else_is_an_error_at_the_start(monkeypatch, template):
    monkeypatch.setenv("B12_PATIENT_URL", template)
    with pytest.raises(UsageError, match=r"B12_PATIENT_URL"):
        settings()


@pytest.mark.parametrize(
    ("patient_id", "system", "wanted"),
    [
        ("A7", "canonical", "https://x.example/canonical/A7"),
        ("../A&b=c?d#e%", "h/l", "https://x.example/h%2Fl/..%2FA%26b%3Dc%3Fd%23e%25"),
        ("{system}", "s", "https://x.example/s/%7Bsystem%7D"),
        ("Zoë\n", "s", "https://x.example/s/Zo%C3%AB%0A"),
        ("..", "s", None),
        ("A7", ".", None),
        ("A7", None, None),
    ],
)
def test_values_are_percent_encoded_and_never_a_step_up(patient_id, system, wanted):
    template = "https://x.example/{system}/{patient_id}"
    assert filled_patient_url(template, patient_id=patient_id, system=system) == wanted
