"""The facts of a time line, and which rows raise which flags, in plain Python from the text of the protocol."""

from tests.generative.oracle import results, signs, therapy
from tests.generative.oracle.bands import is_of_other_date, latest, word
from tests.generative.timelines import AS_OF

FACTS = (
    results.b12, results.neuro_300, results.b12_500, results.active_b12, results.mma, results.b12_timing,
    results.mma_timing, results.renal, results.homocysteine, results.tested, results.deficiency_before,
    therapy.b12_therapy, therapy.b12_supply, therapy.therapy_began, therapy.cyanocobalamin,
    therapy.monitoring, therapy.loading, signs.neuro, signs.neuro_timing,
)  # fmt: skip
FLAG_OF = {
    "diabetic_only": "NEUROPATHY_ATTRIBUTED_TO_DIABETES",
    "nonspecific": "NEURO_NONSPECIFIC",
    "headache_old": "HEADACHE_NOT_RESOLVED",
}
OF_OTHER_DATE = "BAND_OF_OTHER_DATE"  # where there are local rows
FLAGS = {*FLAG_OF.values(), "CENSORED_ACROSS_EDGE", "END_BEFORE_START", "DATE_PARTIAL"}


def facts_of(line):
    "The answers by fact"
    return {fact.__name__: fact(line) for fact in FACTS}


def flags_of(line):
    "Each of FLAGS with what raised it: a result or a finding of the time line"
    findings = [finding for finding in line.findings if finding.onset <= AS_OF]
    return (
        {(FLAG_OF[sign], one) for one in findings if (sign := signs.sign(line, one)) in FLAG_OF}
        | {("END_BEFORE_START", one) for one in findings if one.abated and one.abated < one.onset}
        | {("DATE_PARTIAL", one) for one in findings if one.last_onset > one.onset}
        | {("CENSORED_ACROSS_EDGE", one) for one in line.results if is_passed_over(line, one)}
        | {(OF_OTHER_DATE, one) for one in _decisive(line) if is_of_other_date(line, one)}
    )


def _decisive(line):
    return filter(
        None, (latest(line, analyte) for analyte in {one.analyte for one in line.results})
    )


def is_passed_over(line, result):
    "It crosses an edge, and is later than the one that decides, or none can"
    decides = latest(line, result.analyte)
    return word(line, result) is None and (decides is None or result.day > decides.day)
