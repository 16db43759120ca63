"""What the terms of the pages mean, as their tips and the help page say it. No thresholds: these
are the protocol's, and stand beside each rule."""

TIPS = {
    "priority": ("Priority", (
        "How soon the protocol asks for a step, from 1 (urgent) to 4 (routine). The rule, alert or"
        " flag with the smallest number decides."
    )),
    "result": ("Result", (
        "The result that decides the row, in the unit of your site, with the value as the"
        " laboratory reported it, the day on which it was collected, and the laboratory's range."
    )),
    "waiting": ("Waiting", (
        "Days since the step fell due: since the result that asks for it, since a treatment ended,"
        " or since a drug had been taken for long enough to need a test."
    )),
    "status": ("Status", (
        "What your team has done. Open: nothing yet. Snoozed: hidden until a day that you chose, or"
        " until the recommendation changes."
    )),
    "active_b12": ("Active B12", (
        "Holotranscobalamin, the part of B12 that cells can take up. Pregnancy and oestrogens"
        " change it less than total B12."
    )),
    "mma": ("MMA", (
        "Methylmalonic acid. It rises when cells lack B12, and also when the kidneys work poorly."
    )),
    "homocysteine": ("Homocysteine", (
        "It rises when cells lack B12 or folate, and also when the kidneys work poorly."
    )),
    "egfr": ("eGFR", (
        "Estimated glomerular filtration rate, a measure of how well the kidneys work. A low one"
        " can explain a raised MMA."
    )),
    "borderline": ("Borderline", (
        "A total B12 between low and sufficient, where MMA helps to decide."
    )),
    "cohort": ("Cohort", (
        "A group of patients with a risk or finding in common, such as metformin for a long time. A"
        " patient can be in several."
    )),
    "yield": ("Yield", "Of the patients whose last B12 still counts, the share with a low one."),
    "rule": ("Rule", (
        "A line of the protocol. The first one that fits a patient gives the next step; its number"
        " leads to the source."
    )),
    "near": ("Rules that almost applied", (
        "Rules that a value nearly reaches, with how far it is from there."
    )),
    "gate": ("Gate", (
        "The expectations that data must meet before a list is published. If a critical one fails,"
        " nothing is published and the previous list stays."
    )),
    "rejected": ("Rejected row", (
        "A delivered row that could not be used, with the reason. It is kept and can be looked up."
    )),
    "unmapped": ("Unmapped code", (
        "A code or unit of your systems whose meaning the protocol does not know. Its rows are not"
        " used until a steward maps it."
    )),
}  # fmt: skip
