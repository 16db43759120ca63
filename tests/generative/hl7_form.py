"""A population as HL7 v2 messages: patients and results in ORU, merges in ADT^A40. What HL7 v2 is not read for stays CSV."""

from tests.generative.decorations import NOTHING, decorated_code, decorated_id, in_parts, spelled
from tests.generative.table_forms import as_csv

STATUSES = {"final": "FV", "corrected": "CA", "preliminary": "PRS", "entered-in-error": "WD", "cancelled": "X"}  # fmt: skip
ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def as_hl7(rows, random):
    person = {row["patient_id"]: row for row in rows["patient"]}
    messages = [
        *(_about(random, row) for row in rows["patient"]),
        *(
            _merge(random, row)
            for row in rows["patient"]
            if row["merged_into"] != row["patient_id"]
        ),
        *(_result(random, row, person.get(row["patient_id"])) for row in rows["lab_result"]),
        [
            _header("ADT^A08", "20260105080000+0000"),
            "PID|1||p0^^^HOSP^MR",
        ],  # of a type that is not read
    ]
    text = "".join("\r".join(message) + "\r" for message in messages)
    others = {entity: some for entity, some in rows.items() if entity not in ("patient", "lab_result")}  # fmt: skip
    # who has no medicine and no diagnosis is known to the source that has them: else these facts would be not_loaded
    others["patient"] = [{"patient_id": row["patient_id"]} for row in rows["patient"]]
    return [*as_csv(others, random), ("hl7v2", "messages.hl7", text)]


def _header(kind, at):
    return f"MSH|^~\\&|LAB|HOSP|||{at}||{kind}|1|P|2.5.1"


def _digits(time):
    "20250301083000+0000 of an instant; of a day, a month or a year its digits"
    digits = "".join(char for char in time if char.isdigit())
    return digits + ("+0000" if len(digits) > 8 else "")


def _pid(random, patient, row):
    number = decorated_id(random, patient)
    if row is None:
        return f"PID|1||{number}^^^HOSP^MR"
    birth = _digits(row["birth_date"]) or random.choice(NOTHING)
    death = _digits(row["deceased_on"]) or random.choice(NOTHING)
    sex = {"female": "F", "male": "M"}[row["sex"]]
    return f"PID|1||{number}^^^HOSP^MR||||{birth}|{sex}" + "|" * 21 + death


def _about(random, row):
    "A message that shows the patient, with a result of another analyte"
    return [
        _header("ORU^R01", "20220501080000+0000"), _pid(random, row["patient_id"], row),
        "OBR|1||x|2093-3^^LN|||20220501", "OBX|1|NM|2093-3^^LN||180|mg/dL|||||F",
    ]  # fmt: skip


def _merge(random, row):
    prior = decorated_id(random, row["patient_id"])
    return [
        _header("ADT^A40", "20260105080000+0000"), "EVN|A40|20260105080000+0000",
        f"PID|1||{decorated_id(random, row['merged_into'])}^^^HOSP^MR", f"MRG|{prior}^^^HOSP^MR",
    ]  # fmt: skip


def _result(random, row, person):
    collected, reported = _digits(row["collected_at"]), _digits(row["reported_at"])
    kind, value = _value(random, row["value"])
    filler, unit = decorated_id(random, row["accession_id"]), row["unit"].translate(ESCAPES)
    nothing, status = random.choice(NOTHING), random.choice(STATUSES[row["status"]])
    return [
        _header("ORU^R01", reported), _pid(random, row["patient_id"], person),
        f"OBR|1||{filler}|{decorated_code(random, row['code'])}^^LN|||{collected}|||||||||||||||{reported}|||F",
        f"OBX|1|{kind}|{decorated_code(random, row['code'])}^^LN||{value}|{unit or random.choice(NOTHING)}|{nothing}||||{status}|||{random.choice((collected, nothing))}",
        f"SPM|1|||{row['specimen']}^Serum^HL70487",
    ]  # fmt: skip


def _value(random, value):
    sign, number = in_parts(value)
    if sign == "" and random.random() < 0.7:
        return "NM", number
    if sign and random.random() < 0.3:
        return "SN", f"{sign}^{number}"
    return "ST", spelled(random, value).translate(ESCAPES)
