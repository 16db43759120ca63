"""Deliveries of a few patients in every format and in every shape in which one file, one line or one message may hold several of them.

Every cell that is a person's own carries that person's mark, so that what is left of anybody can be searched for in all bytes of a home.
"""

import csv
import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import xlsxwriter

PEOPLE = ("ZQANN1", "ZQBERT2", "ZQCAT3", "ZQDAN4")
COLUMNS = ("patient_id", "code", "value", "unit", "collected_at", "comment")
LABS = {
    "profile": "labs", "format": "table", "time_zone": "UTC", "defaults": {"lab_result": {"code_system": "LOINC"}},
    "dialect": {"delimiter": ",", "quote": '"', "encoding": "utf-8"},
    "files": {"cp1252": ["cp1252*"], "utf_16": ["utf_16*"], "short": ["*.xpt"], "lab_result": ["*"]},
    "columns": {
        "lab_result": {"required": dict(zip(COLUMNS, COLUMNS, strict=True))},
        "cp1252": {"entity": "lab_result", "dialect": {"encoding": "cp1252"}, "required": dict(zip(COLUMNS, COLUMNS, strict=True))},
        "utf_16": {"entity": "lab_result", "dialect": {"encoding": "utf-16"}, "required": dict(zip(COLUMNS, COLUMNS, strict=True))},
        "short": {"entity": "lab_result", "required": {name: f"C{place}" for place, name in enumerate(COLUMNS)}},
    },
}  # fmt: skip
MRN = "urn:oid:1.2.3.4"


def files(seed):
    """source -> name -> the bytes of a file. Each row says who it is of in its comment, and no two rows of a source are the same."""
    maker = _Maker(random.Random(seed))
    tables = {
        "plain.csv": maker.csv(), "crlf.csv": maker.csv(end="\r\n"), "cr.csv": maker.csv(end="\r"), "odd.csv": maker.odd_csv(),
        "cp1252.csv": maker.csv().encode("cp1252"), "utf_16.csv": maker.csv().encode("utf-16"),
        "packed.csv.gz": gzip.compress(maker.csv().encode()), "zipped.csv.zip": _zipped("zipped.csv", maker.csv()),
        "rows.parquet": maker.parquet(), "packed.parquet.gz": gzip.compress(maker.parquet()), "book.xlsx": maker.workbook(),
        "sas.xpt": maker.transport(),
    }  # fmt: skip
    return {
        "labs": tables,
        "hl7v2": {f"{name}.hl7": maker.messages(name) for name in _MESSAGES},
        "fhir_r4": {f"{name}.json": maker.resources(name) for name in _RESOURCES},
        "mrn": {f"{name}.json": maker.resources(name, is_by_number=True) for name in _RESOURCES},
        "canonical": {
            f"condition{place}.csv": f"patient_id,code,onset_on,{person}\n{person},1,2,3\n"
            for place, person in enumerate(PEOPLE)
        },
    }


class _Maker:
    def __init__(self, chance):
        self.chance, self.number = chance, 0

    def people(self):
        "Each of them once or more, in any order"
        return self.chance.sample([*PEOPLE, *self.chance.choices(PEOPLE, k=4)], k=len(PEOPLE) + 4)

    def next(self):
        self.number += 1
        return self.number

    def row(self, person):
        number = self.next()
        return [person, "2132-9", f"{110 + number}.{number % 10}0", "pg/mL", f"2025-{1 + number % 12:02}-11", f"of {person} {number}"]  # fmt: skip

    def csv(self, end="\n"):
        with io.StringIO() as file:
            writer = csv.writer(file, lineterminator=end)
            writer.writerows([COLUMNS, *map(self.row, self.people())])
            return file.getvalue()

    def odd_csv(self):
        "Blank lines, cells of several lines, rows of too many cells, a quote that is never closed"
        lines = [",".join(COLUMNS)]
        for person in self.people():
            *cells, comment = self.row(person)
            odd = [
                f'"first line\nof {person}"',
                f"{comment},one,too,many",
                f'"{comment}',
                f'{comment} 5" tube',
                comment,
            ]
            lines += [
                ",".join([*cells, self.chance.choice(odd)]),
                *self.chance.choices(["", None], k=1),
            ]
        return "\n".join(line for line in lines if line is not None) + "\n"

    def parquet(self):
        rows = [self.row(person) for person in self.people()]
        pq.write_table(
            pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))),
            file := io.BytesIO(),
        )
        return file.getvalue()

    def workbook(self):
        with xlsxwriter.Workbook(file := io.BytesIO(), {"in_memory": True}) as book:
            sheet, other = book.add_worksheet("labs"), book.add_worksheet("contacts")
            for place, row in enumerate([COLUMNS, *map(self.row, self.people())]):
                sheet.write_row(place, 0, row)
            for place, person in enumerate(PEOPLE):
                other.write_row(place, 0, [f"phone of {person}", person])
        return file.getvalue()

    def transport(self):
        frame = pd.DataFrame(
            [self.row(person) for person in self.people()],
            columns=[f"C{n}" for n in range(len(COLUMNS))],
        )
        with TemporaryDirectory() as folder:
            pyreadstat.write_xport(frame, path := Path(folder) / "a.xpt")
            return path.read_bytes()

    def messages(self, name):
        return _MESSAGES[name](self).encode("latin-1")

    def group(self, person):
        "A PID with its orders"
        _, code, value, unit, day, comment = self.row(person)
        day = day.replace("-", "")
        return [
            f"PID|1||{person}^^^HOSP^MR||{person}^NAME||19500101|F|||||555-0100~^NET^Internet^{person}@example.org",
            f"PD1||||7^CLINICIAN OF {person}", "PV1|1|O", f"OBR|1||A{self.next()}|{code}^^LN|||{day}",
            f"OBX|1|NM|{code}^^LN||{value}|{unit}|||||F|||{day}", f"OBX|2|NM|X{person}^TEST OF {person}^L||1|{unit}|||||F|||{day}", f"NTE|1||{comment}", f"NK1|1|KIN OF {person}",
        ]  # fmt: skip

    def message(self, *people):
        header = f"MSH|^~\\&|LAB|HOSP|||20260111||ORU^R01|{self.next()}|P|2.5.1"
        return (
            "\r".join([header, *(line for person in people for line in self.group(person))]) + "\r"
        )

    def resources(self, name, *, is_by_number=False):
        return _RESOURCES[name](self, is_by_number).encode()

    def patient(self, person, is_by_number):
        "A Patient whose id says nothing where numbers count"
        if not is_by_number:
            return {
                "resourceType": "Patient",
                "id": person,
                "birthDate": "1950-01-01",
                "name": [{"family": f"{person} NAME"}],
                "telecom": [{"system": "email", "value": f"{person}@example.org"}],
            }
        return {
            "resourceType": "Patient", "id": f"p{PEOPLE.index(person)}", "birthDate": "1950-01-01", "name": [{"family": f"{person} NAME"}],
            "identifier": [{"system": "urn:other", "value": "77"}, {"system": MRN, "value": person}],
        }  # fmt: skip

    def reference(self, person, is_by_number):
        return {"reference": f"Patient/{f'p{PEOPLE.index(person)}' if is_by_number else person}"}

    def observation(self, person, is_by_number, **subject):
        _, code, value, unit, day, comment = self.row(person)
        return {
            "resourceType": "Observation", "id": f"o-{self.next()}", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": subject or self.reference(person, is_by_number), "effectiveDateTime": day, "note": [{"text": comment}],
            "valueQuantity": {"value": float(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        }  # fmt: skip

    def unread(self, person, is_by_number):
        "Of kinds that no rows are made of"
        return [
            {"resourceType": "AllergyIntolerance", "id": f"a-{self.next()}", "patient": self.reference(person, is_by_number), "note": [{"text": f"of {person}"}]},
            {"resourceType": "Encounter", "id": f"e-{self.next()}", "subject": self.reference(person, is_by_number), "reasonCode": [{"text": f"of {person}"}]},
        ]  # fmt: skip

    def all_of(self, person, is_by_number):
        observations = [
            self.observation(person, is_by_number) for _ in range(self.chance.randint(0, 2))
        ]
        return [
            self.patient(person, is_by_number),
            *observations,
            *self.unread(person, is_by_number),
        ]

    def unmapped(self, person, is_by_number):
        "Of a code and a name that nobody else has"
        code = {
            "coding": [
                {"system": "urn:local", "code": f"X-{person}", "display": f"{person}'s test"}
            ]
        }
        return self.observation(person, is_by_number) | {"code": code}

    def bundle(self, resources):
        return {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": each} for each in resources],
        }


def _zipped(name, text):
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return file.getvalue()


def _each(maker):
    return "".join(maker.message(person) for person in maker.people())


def _several(maker):
    return "".join(maker.message(*maker.people()) for _ in range(2))


def _batch(maker):
    people = maker.people()
    messages = "".join(maker.message(person) for person in people)
    return f"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r{messages}BTS|{len(people)}\rFTS|1\r"


def _framed(maker, end="\x1c\r\x0b"):
    return (
        "\x0b"
        + end.join(maker.message(*maker.chance.sample(PEOPLE, 2)) for _ in range(4))
        + "\x1c\r"
    )


def _joined(maker):
    "The end of a message and the beginning of the next one on one line"
    return (
        "\x0b"
        + "\x1c\x0b".join(maker.message(person).rstrip("\r") for person in maker.people())
        + "\x1c\r"
    )


def _broken(maker):
    "Messages that cannot be read, among good ones"
    return "".join(maker.message(person).replace("PV1|1|O", maker.chance.choice(["PV1|1|O", "this is no segment"])) for person in maker.people())  # fmt: skip


def _moved(maker):
    "Numbers that were given up: of every person one of their own"
    return "".join(
        f"MSH|^~\\&|ADT|HOSP|||20260111||ADT^A40|{maker.next()}|P|2.5.1\rEVN|A40|20260111\rPID|1||{person}^^^HOSP^MR||{person}^NAME\rMRG|{person}-OLD^^^HOSP^MR\r"
        for person in maker.people()
    ) + _each(maker)  # fmt: skip


_MESSAGES = {
    "each": _each, "several": _several, "batch": _batch, "framed": _framed, "joined": _joined, "broken": _broken, "moved": _moved,
}  # fmt: skip


def _lines(maker, is_by_number):
    resources = [each for person in PEOPLE for each in maker.all_of(person, is_by_number)]
    maker.chance.shuffle(resources)
    return "\n".join(json.dumps(each) for each in resources) + "\n"


def _bundle_a_line(maker, is_by_number):
    "Two patients on a line"
    return "".join(
        json.dumps(
            maker.bundle(
                [
                    each
                    for person in maker.chance.sample(PEOPLE, 2)
                    for each in maker.all_of(person, is_by_number)
                ]
            )
        )
        + "\n"
        for _ in range(4)
    )


def _document(maker, is_by_number):
    resources = [each for person in PEOPLE for each in maker.all_of(person, is_by_number)]
    return json.dumps(maker.bundle(resources), indent=maker.chance.choice([None, 1]))


def _nested(maker, is_by_number):
    "Bundles in Bundles, several patients in each"
    inner = [
        maker.bundle(
            [
                each
                for person in maker.chance.sample(PEOPLE, 2)
                for each in maker.all_of(person, is_by_number)
            ]
        )
        for _ in range(3)
    ]
    return json.dumps(
        maker.bundle([*inner, maker.bundle([maker.bundle(maker.all_of(PEOPLE[0], is_by_number))])])
    )


def _urns(maker, is_by_number):
    "Entries that point to each other by fullUrl"
    entries = []
    for person in PEOPLE:
        urn = f"urn:uuid:00000000-0000-0000-0000-00000000000{PEOPLE.index(person)}"
        patient = maker.patient(person, is_by_number) | ({} if is_by_number else {"id": person})
        entries += [{"fullUrl": urn, "resource": patient}, {"resource": maker.observation(person, is_by_number, reference=urn)},
                    {"resource": {**maker.unread(person, is_by_number)[0], "patient": {"reference": urn}}}]  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _patients_alone(maker, is_by_number):
    return json.dumps(maker.bundle([maker.patient(person, is_by_number) for person in PEOPLE]))


def _one_patient(maker, is_by_number):
    return json.dumps(maker.bundle(maker.all_of(maker.chance.choice(PEOPLE), is_by_number)))


def _one_resource(maker, is_by_number):
    return json.dumps(maker.patient(maker.chance.choice(PEOPLE), is_by_number))


def _broken_lines(maker, is_by_number):
    return "".join(
        (line[: -maker.chance.choice([1, 2])] if maker.chance.random() < 0.3 else line) + "\n"
        for line in _lines(maker, is_by_number).splitlines()
    )


_RESOURCES = {
    "lines": _lines, "bundle_a_line": _bundle_a_line, "document": _document, "nested": _nested, "urns": _urns, "patients_alone": _patients_alone,
    "one_patient": _one_patient, "one_resource": _one_resource, "broken_lines": _broken_lines,
}  # fmt: skip
