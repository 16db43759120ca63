"""Demonstration patients for every rule of the protocol, each made so that exactly this rule fits.

The randomly made patients reach only the common rules; with these, a population of 2,000 or more
reaches all.
"""

from pipeline.demo.archetype_rows import (
    active_b12,
    all_three,
    b12,
    cause_tests,
    condition,
    drug,
    egfr,
    homocysteine,
    injections,
    local,
    mma,
    procedure,
)

NEUROPATHY, HEADACHE = condition("G62.9", 200), condition("R51.9", 60)
DIABETIC, PERNICIOUS = condition("E11.42", 400), condition("D51.0", 900)
BARIATRIC, COELIAC, CKD4 = (
    condition("Z98.84", 1500),
    condition("K90.0", 900),
    condition("N18.4", 500),
)
RESECTION, PREGNANT = procedure("44160", 900), condition("77386006", 90, "SNOMEDCT")
DEMENTIA = condition("F03.90", 700)
LOW_BEFORE, KIDNEY_FINE = condition("D51.9", 1200), egfr("92")
TABLETS = drug("B03BA01", 400, strength_mg="1")
VITAMIN_B12 = drug("11248", 400, code_system="RXNORM", strength_mg="1")
FOLIC_ACID, METFORMIN = (
    drug("4511", 120, code_system="RXNORM", strength_mg="1"),
    drug("A10BA02", 400),
)
RAISED = mma("420") + KIDNEY_FINE
LAPSED = injections(900, 500)
MULTIVITAMIN = drug("Multivitamin with vitamin B12 tablet", 200, code_system="NAME")
RETRACTED = b12("150", 60, same_as="x") + b12("150", 60, same_as="x", status="entered-in-error")
CORRECTED = b12("95", 60, same_as="x") + b12("950", 60, same_as="x", status="corrected")

ARCHETYPES = {
    # what it is: (the rules it must reach, age, rows dated in days before the as-of date)
    "child, low, neuropathy": ("N02", 9, b12("120") + NEUROPATHY),
    "child, borderline, headache, no MMA": ("N02", 14, b12("250") + HEADACHE),
    "child, low by mole only, MMA not raised, headache": ("N03", 14, b12("190") + mma("150") + HEADACHE),
    "child, low": ("N03", 9, b12("120")), "child, above": ("N04", 9, b12("500")),
    "low, neuropathy": ("N05", 58, b12("120") + NEUROPATHY),
    "low by mole only, headache": ("N05", 34, b12("140", unit="pmol/L") + HEADACHE),
    "low, migraine": ("N05", 29, b12("171") + condition("G43.909", 90)),
    "above, MMA raised, neuropathy": ("N05", 61, b12("500") + RAISED + NEUROPATHY),
    "stale, MMA raised, cord": ("N05", 66, b12("450", 900) + mma("500", 850) + KIDNEY_FINE + condition("G32.0")),
    "active B12 low, neuropathy": ("N05", 47, active_b12("18") + NEUROPATHY),
    "below 300, headache": ("N06", 41, b12("250") + HEADACHE),
    "below 300 in pmol/L, paraesthesia": ("N06", 52, b12("215", unit="pmol/L") + condition("R20.2")),
    "censored below 400, headache": ("N06", 38, b12("<400") + HEADACHE),
    "low, bariatric": ("N07", 44, b12("150") + BARIATRIC),
    "low, ileal resection of unknown length": ("N07", 55, b12("150") + RESECTION),
    "low, ileal resection of 30 cm": ("N07", 55, b12("150") + RESECTION + local("ileal_resection_length_cm:30")),
    "borderline, MMA raised, Crohn of ileum": ("N07", 36, b12("280") + RAISED + condition("K50.00", 900)),
    "low by mole only, coeliac": ("N07", 31, b12("190") + COELIAC), "low": ("N08", 63, b12("150")),
    "low, ileal resection of 10 cm": ("N08", 55, b12("150") + RESECTION + local("ileal_resection_length_cm:10")),
    "low, vegan": ("N08", 27, b12("150") + local("vegan")),
    "low in ng/mL": ("N08", 63, b12("0.15", unit="ng/mL")),
    "censored below 200": ("N08", 70, b12("<200")),
    "low, band since removed": ("N08", 45, b12("150") + procedure("43770", 2000) + procedure("43774", 300)),
    "low, headache judged unrelated": ("N08", 39, b12("160") + HEADACHE + local("headache_unrelated_to_b12", 30)),
    "low, diabetic neuropathy": ("N08", 64, b12("160") + DIABETIC + METFORMIN),
    "low for two years, never treated": ("N08", 68, b12("160", 1000)),
    "low by mole only, MMA raised": ("N09", 57, b12("190") + RAISED),
    "borderline, MMA raised": ("N10", 57, b12("280") + RAISED),
    "above, MMA raised": ("N10", 66, b12("450") + mma("0.42", unit="umol/L") + KIDNEY_FINE),
    "borderline, active B12 low": ("N11", 59, b12("300") + active_b12("20")),
    "low by mole only, MMA not raised, active B12 low": ("N11", 57, b12("190") + mma("200") + active_b12("20")),
    "never, active B12 low years ago": ("N11", 64, active_b12("20", 1500)),
    "low by mole only, no MMA": ("N12", 48, b12("138", unit="pmol/L")),
    "low by mole only, MMA not raised": ("N13", 48, b12("195") + mma("200")),
    "low by mole only, MMA not raised, neuropathy": ("N13", 48, b12("195") + mma("200") + NEUROPATHY),
    "below 300, MMA not raised, neuropathy": ("N14", 62, b12("250") + mma("180") + NEUROPATHY),
    "borderline, no MMA, neuropathy": ("N15", 62, b12("320") + NEUROPATHY),
    "borderline, no MMA, diabetic neuropathy": ("N15", 62, b12("320") + DIABETIC + METFORMIN),
    "borderline, no MMA, dementia": ("N15", 78, b12("320") + DEMENTIA),
    "borderline, no MMA, old headache": ("N15", 44, b12("320") + condition("R51.9", 900)),
    "borderline, no MMA": ("N16", 51, b12("320")),
    "borderline, MMA across the edge": ("N16", 51, b12("320") + mma("<300")),
    "above, MMA raised, kidney unknown": ("N17", 74, b12("450") + mma("380")),
    "above, MMA raised, kidney disease": ("N17", 79, b12("450") + mma("300", reference_high="378") + CKD4),
    "above, no MMA, neuropathy": ("N18", 67, b12("450") + NEUROPATHY),
    "above, no MMA, diabetic neuropathy": ("N18", 67, b12("450") + DIABETIC),
    "far above, no MMA, neuropathy": ("N18", 67, b12("900") + NEUROPATHY),
    "far above, no MMA, neuropathy, metformin, not tested lately": ("N22", 67, b12("900", 500) + NEUROPATHY + METFORMIN),
    "never, MMA raised": ("N19", 60, RAISED),
    "stale, MMA raised": ("N19", 71, b12("600", 900) + mma("400", 860) + egfr("88")),
    "last value on a treatment since stopped": ("N20", 53, injections(700, 300) + b12("900", 330)),
    "low before a long treatment that stopped": ("N20 A06", 61, b12("95", 3000) + injections(2900, 400)),
    "low before a treatment that stopped, neuropathy": ("N20 A06", 61, b12("95", 3000) + injections(2900, 400) + NEUROPATHY),
    "borderline, never followed up": ("N20", 56, b12("280", 900)),
    "borderline, never followed up, headache": ("N20", 37, b12("280", 900) + HEADACHE),
    "borderline, never followed up, old headache": ("N20", 37, b12("280", 900) + condition("R51.9", 900)),
    "active B12 indeterminate, headache": ("N21", 35, active_b12("40") + HEADACHE),
    "active B12 indeterminate, no total B12": ("N21", 49, active_b12("40")),
    "metformin, neuropathy, never tested": ("N22", 64, METFORMIN + NEUROPATHY),
    "metformin, never tested": ("N23", 64, METFORMIN),
    "acid suppressant, stale": ("N23", 69, drug("A02BC01", 800) + b12("480", 900)),
    "neuropathy, never tested": ("N24", 72, NEUROPATHY),
    "above, deficiency before": ("N25", 58, b12("420") + LOW_BEFORE),
    "above, low before": ("N25", 58, b12("150", 700) + b12("420")),
    "borderline, MMA not raised": ("N27", 54, b12("300") + mma("150")),
    "above": ("N28", 43, b12("600")), "low, folic acid": ("N08 A01", 60, b12("150") + FOLIC_ACID),
    "below 300, pregnant, headache, folic acid": ("N06 A01", 30, b12("240") + HEADACHE + FOLIC_ACID + PREGNANT),
    "low, methotrexate, folic acid": ("N08 A01", 60, b12("150") + FOLIC_ACID + drug("L04AX03", 300)),
    "never tested, metformin, folic acid": ("N23 A02", 60, METFORMIN + FOLIC_ACID),
    "tablets, kidney disease": ("N26 A03", 76, TABLETS + CKD4 + b12("800")),
    "tablets, one low eGFR": ("N26 A04", 73, TABLETS + egfr("48") + b12("800")),
    "vitamin B12 of unknown form, kidney disease": ("N26 A04", 76, VITAMIN_B12 + CKD4 + b12("800")),
    "vitamin B12 of unknown form, kidney unknown": ("N26", 56, VITAMIN_B12 + b12("800")),
    "injections lapsed, bariatric": ("A05", 46, LAPSED + BARIATRIC + b12("400")),
    "injections stopped, deficiency before, neuropathy": ("N25 A06", 58, LAPSED + LOW_BEFORE + b12("420") + NEUROPATHY),
    "injections stopped, deficiency before": ("N25 A06", 58, LAPSED + LOW_BEFORE + b12("420")),
    "tablets, pernicious anaemia": ("N26 A07", 68, TABLETS + PERNICIOUS + b12("700")),
    "pernicious anaemia, untreated": ("A08", 68, PERNICIOUS + b12("480")),
    "antibody positive, untreated": ("A08", 63, cause_tests("positive") + b12("480")),
    "tablets, low, neuropathy": ("N26 A09 A12", 59, TABLETS + b12("150") + NEUROPATHY),
    "tablets, bariatric": ("N26 A10", 45, TABLETS + BARIATRIC + b12("800")),
    "B12 of unknown route, low": ("N26 A10", 65, drug("B03BA01", 400, route=None) + b12("150")),
    "injections, new paraesthesia": ("N26 A11", 57, injections(400) + b12("900") + condition("R20.2", 60)),
    "injections, low": ("N26 A12", 57, injections(400) + b12("150")),
    "one injection, low": ("N26 A14", 57, injections(60) + b12("150", 70)),
    "one injection, low, neuropathy": ("N26 A14", 57, injections(60) + b12("150", 70) + NEUROPATHY),
    "injections, MMA raised": ("N26 A15", 66, injections(400) + b12("900") + mma("2500") + egfr("50")),
    "bariatric, no B12": ("N28 A16", 43, BARIATRIC + b12("600")),
    "headache with an end before its start": ("N28", 52, condition("R51.9", 60, ended_ago=90) + b12("700")),
    "neuropathy known by its year": ("N18", 52, condition("G62.9", 900, day_length=4) + b12("700")),
    "diagnosis of a status that is not known": ("N18", 52, condition("G62.9", 200, status="as told") + b12("700")),
    "WHO code that is read as ICD-10-CM": ("N15", 52, condition("G44.209", 60, "ICD10") + b12("320")),
    "injections overdue": ("N26", 71, injections(400, 100) + all_three(150) + cause_tests("negative")),
    "injections, homocysteine above target": ("N26 A13", 62, injections(200) + homocysteine("14", 60)),
    "injections, first check due": ("N26", 55, injections(100)),
    "injections, second check due": ("N26", 55, injections(170) + all_three(85)),
    "injections, third check due": ("N26", 55, injections(350) + all_three(180)),
    "injections, yearly check due": ("N26", 55, injections(725) + all_three(360)),
    "injections, no check due": ("N26", 55, injections(100) + all_three(20) + cause_tests("negative")),
    "multivitamin of unknown strength": ("N28", 50, MULTIVITAMIN + b12("700")),
    "low value retracted": ("N28", 50, RETRACTED + b12("640", 400)),
    "low value corrected": ("N28", 50, CORRECTED),
    "two values at one instant": ("N08", 50, b12("170", 60) + b12("410", 60)),
    "low value still preliminary": ("N28", 50, b12("150", 20, status="preliminary") + b12("640", 200)),
}  # fmt: skip
SEX = {"below 300, pregnant, headache, folic acid": "female"}
