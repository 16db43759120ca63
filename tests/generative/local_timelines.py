"""Generated local rows of bands, and time lines with laboratories, methods, births and pregnancies at and beside their edges."""

from dataclasses import replace
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from tests.clinic import pack
from tests.generative.timelines import AS_OF, DAYS, SET, VALUES, Finding, timeline

LABORATORIES = ("North", " north\t", "NORTHERN", "East lab", None)
METHODS = ("ECLIA", "eclia ", "CLIA", None)
WANTED = {
    "laboratory": ("North", "nor*", " NORTH* ", "east LAB", "West"), "method": ("ECLIA", "ecl*", "clia"), "source": ("canonical", "CAN*", "other"),
}  # fmt: skip
AGES = ({"from": 40}, {"below": 40}, {"from": 18, "below": 65})
BANDS_WITH_ROWS = ("b12", "neuro_300", "active_b12", "mma", "homocysteine", "egfr")


def local_rows(random):
    """Some local rows of some bands: band -> rows, each of which `protocol check` would take but for what covers it."""
    return {
        band: [_row(random, band, f"{band}-{place}") for place in range(random.randint(1, 4))]
        for band in random.sample(BANDS_WITH_ROWS, random.randint(1, len(BANDS_WITH_ROWS)))
    }


def _row(random, band, name):
    asked = {key: random.choice(texts) for key, texts in WANTED.items() if random.random() < 0.35}
    first, last = sorted(random.sample(DAYS, 2))
    asked |= {"valid_from": first} if random.random() < 0.3 else {}
    asked |= {"valid_to": last} if random.random() < 0.3 else {}
    asked |= {"age": random.choice(AGES)} if random.random() < 0.2 else {}
    asked |= {"pregnant": True} if random.random() < 0.15 or not asked else {}
    return {"id": name, **asked, **_tiles(random, band)}


def _tiles(random, band):
    raw = pack().raw["bands"][band]
    numbers = _numbers(raw["analyte"])
    if band == "neuro_300":
        edge = random.choice(numbers)
        return {"tiles": [{"answer": "yes", "below": edge}, {"answer": "no", "from": edge}]}
    answers = [tile["answer"] for tile in raw["tiles"]]
    kept = sorted(random.sample(range(len(answers)), random.randint(2, len(answers))))
    edges = sorted(random.sample(numbers, len(kept) - 1))
    tiles, beginning = [], {}
    for place, answer in enumerate(answers[index] for index in kept):
        tile = {"answer": answer, **beginning}
        if place < len(edges):
            end, begin = random.choice((("below", "from"), ("to", "above")))
            tile[end], beginning = edges[place], {begin: edges[place]}
        tiles.append(tile)
    if band != "b12" or random.random() < 0.5:
        return {"tiles": tiles}
    low = {"answer": "uncertain_low", random.choice(("below", "to")): random.choice(numbers)}
    return {"tiles": tiles, "censored": random.choice(([low, {"answer": "uncertain"}], [low]))}


def _numbers(analyte):
    texts = {text.lstrip("<>=") for text in VALUES[analyte].split()}
    return sorted((float(text) if "." in text else int(text)) for text in texts)


def local_timeline(random, local):
    """A time line whose results name laboratories and methods, judged by these local rows."""
    line = timeline(random)
    twins = [
        one for one in line.results if random.random() < 0.2
    ]  # from another laboratory, perhaps
    results = [
        replace(one, laboratory=random.choice(LABORATORIES), method=random.choice(METHODS))
        for one in (*line.results, *twins)
    ]
    days = [one.day for one in results] or DAYS
    findings = line.findings + _pregnancies(random, days)
    return replace(
        line, results=results, findings=findings, birth=_birth(random, days), local=local
    )


def _birth(random, days):
    if random.random() < 0.2:
        return None
    off = timedelta(days=random.choice((-1, 0, 1)))
    years = relativedelta(years=random.choice((18, 40, 65)))
    first = random.choice(days) - years + off
    return first, first + timedelta(days=random.choice((0, 0, 0, 1, 30)))


def _pregnancies(random, days):
    if random.random() < 0.6:
        return []
    before = random.choice((0, 100, SET["pregnancy_days"])) + random.choice((-1, 0, 1))
    onset = min(random.choice(days) - timedelta(days=before), AS_OF)
    last = onset + timedelta(days=random.choice((0, 0, 1, 30)))
    return [Finding("pregnancy", onset, last, None, False)]
