"""The protocol pack: YAML and CSV in `protocol/`, its meaning in Python, and its relations."""

from pipeline.protocol import boxes, labels
from pipeline.protocol.check import missing_examples, problems
from pipeline.protocol.check_digits import check_digit_is_wrong, loinc_is_valid, snomed_is_valid
from pipeline.protocol.deciding import deciding_pack
from pipeline.protocol.differences import Difference, differences
from pipeline.protocol.draft import drafted
from pipeline.protocol.examples import (
    Example,
    deciding_lines,
    examples_of,
    has_examples,
)
from pipeline.protocol.fact_words import (
    answer_meaning,
    edges,
    fact_meaning,
    impossible,
    kind,
    phrase,
    phrases,
)
from pipeline.protocol.facts import (
    answers_in,
    declared_facts,
    is_declared,
    line_in_words,
    meanings_read,
)
from pipeline.protocol.likeness import (
    BANDS,
    best_of,
    code_in_units,
    likeness_band,
    proposals,
    rank,
)
from pipeline.protocol.local_bands import (
    GENERAL,
    asked_in_words,
    judging_row,
    judging_rows,
    local_rows,
)
from pipeline.protocol.move import movable, moved
from pipeline.protocol.pack import (
    Pack,
    assess,
    band_rows,
    collect,
    decide,
    derive,
    facts_read,
    first_action,
    load,
    pack_of_run,
    shipped_packs,
)
from pipeline.protocol.placeholders import has_values, with_values, without_values
from pipeline.protocol.remarks import unmade_remarks
from pipeline.protocol.show import as_markdown, markdown_table, numbered
from pipeline.protocol.shown_result import (
    TESTS,
    ShownResult,
    deciding_result,
    shown_result,
    shown_unit,
)
from pipeline.protocol.tables import (
    code_rows,
    code_system_names,
    fingerprints,
    register,
    register_pack,
    register_vocabulary,
    vocabulary,
)

__all__ = [
    "BANDS",
    "GENERAL",
    "TESTS",
    "Difference",
    "Example",
    "Pack",
    "ShownResult",
    "answer_meaning",
    "answers_in",
    "as_markdown",
    "asked_in_words",
    "assess",
    "band_rows",
    "best_of",
    "boxes",
    "check_digit_is_wrong",
    "code_in_units",
    "code_rows",
    "code_system_names",
    "collect",
    "decide",
    "deciding_lines",
    "deciding_pack",
    "deciding_result",
    "declared_facts",
    "derive",
    "differences",
    "drafted",
    "edges",
    "examples_of",
    "fact_meaning",
    "facts_read",
    "fingerprints",
    "first_action",
    "has_examples",
    "has_values",
    "impossible",
    "is_declared",
    "judging_row",
    "judging_rows",
    "kind",
    "labels",
    "likeness_band",
    "line_in_words",
    "load",
    "local_rows",
    "loinc_is_valid",
    "markdown_table",
    "meanings_read",
    "missing_examples",
    "movable",
    "moved",
    "numbered",
    "pack_of_run",
    "phrase",
    "phrases",
    "problems",
    "proposals",
    "rank",
    "register",
    "register_pack",
    "register_vocabulary",
    "shipped_packs",
    "shown_result",
    "shown_unit",
    "snomed_is_valid",
    "unmade_remarks",
    "vocabulary",
    "with_values",
    "without_values",
]
