"""One population in each of the forms that are read: written, ingested, assessed."""

from pathlib import Path
from random import Random

from pipeline.core.config import Home
from pipeline.ingest.ingest import ingest_file
from pipeline.profiles import install_profile
from tests.generative.deliveries import RECEIVED_AT
from tests.generative.fhir_form import as_fhir
from tests.generative.hl7_form import as_hl7
from tests.generative.omop_form import as_omop
from tests.generative.own_sql_form import as_own_sql, own_sql_files
from tests.generative.table_forms import as_csv
from tests.generative.wide_form import as_wide, wide_profile

FORMS = {  # name: writes (source, file name, text) of each delivery, of rows by entity
    "canonical": as_csv,
    "hl7v2": as_hl7,
    "fhir_r4": as_fhir,
    "omop_cdm": as_omop,
    "wide": as_wide,
    "own_sql": as_own_sql,
}
OF_WHAT_STANDS = ("omop_cdm",)  # see omop_form


def deliveries(form, population):
    "The population's deliveries in one form"
    rows = population.standing if form in OF_WHAT_STANDS else population.rows
    return FORMS[form](rows, Random(f"{form} {population.seed}"))


def new_home(folder, name):
    "A home that knows the profiles of the wide table and of the own SELECTs"
    home, place = Home(Path(folder) / name), Path(folder) / f"{name}-profiles"
    place.mkdir()
    for file, text in {**own_sql_files(), "by_day.yaml": wide_profile()}.items():
        (place / file).write_text(text, encoding="utf-8")
    for profile in ("by_day", "by_select"):
        install_profile(str(place / f"{profile}.yaml"), home)
    return home


def ingested(home, folder, deliveries):
    """Write and ingest each delivery; returns the accounts."""
    accounts = []
    for number, (source, name, text) in enumerate(deliveries):
        path = Path(folder) / f"{home.root.name}-{number}-{name}"
        path.write_text(text, encoding="utf-8", newline="")
        accounts.append(
            ingest_file(home, path=path, source=source, name=name, received_at=RECEIVED_AT)
        )
    return accounts
