"""What SELECTs say of a patient by the words of declared facts, and which of it a pack whose facts
have other words never says."""

from pipeline.protocol.facts import answers_of

OF_WORDS = {  # remark: the fact, and its answers, of which one must be possible
    "the answer new_on_therapy of neuro_timing": ("neuro", ("definite", "headache")),
    "the flag METHOTREXATE": ("folic_acid", ("active",)),
    "the flag BAND_WEAKER_EVIDENCE": ("malabsorption", ("bariatric",)),
}


def unmade_remarks(pack):
    """A sentence for each of them that is never made by this pack, though it has its name."""
    named = {*pack.facts, *(row["id"] for row in pack.raw["flags"])}
    for remark, (fact, words) in OF_WORDS.items():
        entry = pack.raw["facts"].get(fact, ())
        if remark.split()[-1] in named and not set(words) & set(answers_of(entry)):
            listed = " or ".join(words)
            yield f"{remark} is never made: the fact {fact} has no answer {listed}."
