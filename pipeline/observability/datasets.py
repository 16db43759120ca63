"""The datasets of the lineage: delivered files, tables of the lake, what a run publishes; with
columns, counts and versions."""

import pyarrow.parquet as pq

from pipeline.core import ENTITIES
from pipeline.lake import COLUMNS, query
from pipeline.profiles import names_of, read_profile
from pipeline.runs import parquet_files, read_counts, read_manifest

NAMESPACE = "b12"

# A column of the lake that has another name than the canonical column it is read from
READ_FROM = {
    "birth_on": "birth_date", "is_deceased": "deceased_on", "is_opted_out": "opted_out",
    "value_reported": "value", "comparator": "value", "unit_reported": "unit",
    "collected_on": "collected_at", "route_reported": "route",
}  # fmt: skip
# The evidence in an assessment, and the columns of the lake that it repeats
EVIDENCE = {
    **dict.fromkeys(
        ("b12_reported", "mma_reported"), ("lab_result", ("value_reported", "unit_reported"))
    ),
    **dict.fromkeys(("b12_on", "mma_on"), ("lab_result", ("collected_on",))),
    "b12_source": ("lab_result", ("file", "line")),
}


def delivered(source, name, rows=None):
    """The delivered file as an input."""
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import InputDatasetFacet
    from openlineage.client.generated.input_statistics_input_dataset import (
        InputStatisticsInputDatasetFacet,
    )

    facets: dict[str, InputDatasetFacet] = (
        {} if rows is None else {"inputStatistics": InputStatisticsInputDatasetFacet(rowCount=rows)}
    )
    return InputDataset(NAMESPACE, f"landing/{source}/{name}", inputFacets=facets)


def entities_of(home, account):
    """The entities that a file delivered rows of, by its account."""
    rows = query(
        home,
        "select entities from lake.delivery "
        "where sha256 = $1 and source = $2 and refused is null limit 1",
        [account.sha256, account.source],
    )
    return [entity for row in rows for entity in row["entities"].split("|") if entity]


def lake_outputs(home, account, entities):
    """The tables of the lake that an ingest wrote, with the rows of each where the account says
    them."""
    columns = _columns_read(home, account)
    alone = account.accepted if len(entities) == 1 else None
    rejected = {"rejected_row": sum(account.rejected.values())} if account.rejected else {}
    tables = {**dict.fromkeys(entities, alone), **rejected, "delivery": 1}
    return [
        _lake_output(table, rows, _from_file(account, table, columns))
        for table, rows in tables.items()
    ]


def _lake_output(table, rows, lineage):
    return _output(f"lake/{table}", COLUMNS[table].items(), rows, lineage)


def _columns_read(home, account):
    "For a file of one entity whose profile maps columns: delivered names by canonical name"
    profile = read_profile(account.source, home)
    table = profile.columns.get(account.entity or "")
    if (
        profile.format != "table"
        or account.entity not in ENTITIES
        or profile.selects_of(account.entity)
    ):
        return {}
    return table.all if table else {}


def _from_file(account, table, columns):
    if table != account.entity:
        return {}
    read = {
        name: columns[READ_FROM.get(name, name)]
        for name in COLUMNS[table]
        if READ_FROM.get(name, name) in columns
    }
    file = f"landing/{account.source}/{account.file}"
    return {name: [(file, column) for column in names_of(names)] for name, names in read.items()}


def lake_inputs(folder):
    """The tables of the lake, each in the version that a run read."""
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet

    versions = read_manifest(folder).inputs.tables
    return [
        InputDataset(NAMESPACE, f"lake/{table}", facets={
            "schema": _schema(COLUMNS[table].items()),
            "version": DatasetVersionDatasetFacet(datasetVersion=str(version)),
        })
        for table, version in versions.items() if version is not None
    ]  # fmt: skip


def guarded(folder):
    """The relations that the gates looked at, with what became of each expectation: counts of rows,
    no values."""
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.generated.data_quality_assertions_dataset import (
        DataQualityAssertionsDatasetFacet as Facet,
    )

    suites = {}
    for outcome in _read(folder, "quality"):
        suites.setdefault(outcome["suite"], []).append(_assertion(outcome))
    return [
        InputDataset(
            NAMESPACE, f"relation/{suite}", inputFacets={"dataQualityAssertions": Facet(assertions)}
        )
        for suite, assertions in suites.items()
    ]


def _assertion(outcome):
    from openlineage.client.generated.data_quality_assertions_dataset import Assertion

    rows = None
    if outcome["rows_checked"] is not None:
        rows = f"{outcome['rows_failed']} of {outcome['rows_checked']} rows"
    is_good = outcome["outcome"] in ("passed", "not_applicable")
    names = outcome["expectation"], is_good, outcome["column"], outcome["severity"]
    return Assertion(*names, actual=rows)


def published(folder):
    """What a run published; [] of a run whose gate closed."""
    if not read_manifest(folder).published:
        return []
    evidence = {
        name: [(f"lake/{table}", column) for column in columns]
        for name, (table, columns) in EVIDENCE.items()
    }
    names = pq.read_schema(parquet_files(folder, "worklist")[0]).names
    same = {name: [("runs/assessment", name)] for name in names}
    return [
        _run_output(folder, "assessment", evidence),
        _run_output(folder, "worklist", same),
    ]


def _run_output(folder, name, lineage):
    files = parquet_files(folder, name)
    columns = [(column.name, str(column.type)) for column in pq.read_schema(files[0])]
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    return _output(f"runs/{name}", columns, rows, lineage)


def _output(name, columns, rows, lineage):
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import DatasetFacet, OutputDatasetFacet
    from openlineage.client.generated.column_lineage_dataset import (
        ColumnLineageDatasetFacet,
        Fields,
        InputField,
    )
    from openlineage.client.generated.output_statistics_output_dataset import (
        OutputStatisticsOutputDatasetFacet,
    )

    facets: dict[str, DatasetFacet] = {"schema": _schema(columns)}
    if lineage:
        fields = {
            column: Fields([InputField(NAMESPACE, *source) for source in sources])
            for column, sources in lineage.items()
        }
        facets["columnLineage"] = ColumnLineageDatasetFacet(fields=fields)
    counted: dict[str, OutputDatasetFacet] = (
        {}
        if rows is None
        else {"outputStatistics": OutputStatisticsOutputDatasetFacet(rowCount=rows)}
    )
    return OutputDataset(NAMESPACE, name, facets=facets, outputFacets=counted)


def _schema(columns):
    from openlineage.client.generated.schema_dataset import (
        SchemaDatasetFacet,
        SchemaDatasetFacetFields,
    )

    return SchemaDatasetFacet(
        fields=[SchemaDatasetFacetFields(name, kind) for name, kind in columns]
    )


def _read(folder, name):
    return read_counts(folder / f"{name}.json")
