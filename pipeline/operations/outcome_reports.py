"""The outcomes of a site, or of all, as a report: rows, CSV and PDF, small counts left out."""

import re
from contextlib import closing

from pipeline import worklist
from pipeline.core import UsageError, replacing
from pipeline.exports import PaperTable, as_rows, write_paper
from pipeline.worklist import EARLIER, STAGES, WITHIN

COLUMNS = (
    "site", "by", "name", *STAGES,
    *(f"{what}_{days}" for days in WITHIN for what in ("due", "returned")),
    "days_median", "days_p90",
)  # fmt: skip

TITLES = {"month": "By month of identification", "priority": "By priority at identification"}
HEADS = (
    *(stage.capitalize() for stage in STAGES),
    *(f"Back in {days} days" for days in WITHIN),
    "Median days to treatment", "90th percentile",
)  # fmt: skip
DEFINITIONS = (
    "Contacted: reached, booked, sent to, or set to contacted, ordered or referred. Tested: a"
    " usable total B12, active B12 or MMA collected after the day of identification. Treated: B12"
    " started or given on that day or later. Normalised: total B12 above, active B12 not low, or"
    " MMA not raised, after treatment began. Back in care: contacted or tested within so many"
    " days, of those identified at least as long ago."
)
NOTES = (
    DEFINITIONS,
    f"A dash: from 1 to {worklist.LEAST - 1}, or a number that would tell such a count.",
    "For a clinician's review; nothing here is an order.",
)


def outcome_rows(store, site=None):
    """(rows by COLUMNS, as-of day): by month, newest first, by priority, and all. A count that is
    not shown is None. site: "" for patients without one; None: all. Raises UsageError: no such
    site, or no run yet."""
    followed = worklist.followed_run(store)
    if followed is None:
        raise UsageError("No run has been published yet, so there are no outcomes.")
    known = worklist.groups(store)["site"]
    if site is not None and site not in known:
        named = ", ".join(one or '"" (not recorded)' for one in known)
        raise UsageError(f"No patient of the site {site} was identified. Known sites: {named}.")
    found = worklist.funnel(store, worklist.Chosen(site=site), as_of=followed["as_of"])
    tables = {"month": found.months, "priority": found.priorities, "all": {"all": found.total}}
    named = "(all)" if site is None else site
    rows = [
        {"site": named, "by": by, "name": name or "", **cells, **_days(found, by, name)}
        for by, table in tables.items()
        for name, cells in table.items()
    ]
    return rows, followed["as_of"]


def _days(found, by, name):
    days = (found.days.get(name) if by == "priority" else None) or (None, None)
    return dict(zip(("days_median", "days_p90"), days, strict=True))


def write_outcomes_report(rows, as_of, form, path):
    """Write rows of `outcome_rows` as `csv` or `pdf`; the file appears whole."""
    with replacing(path) as part:
        if form == "csv":
            part.write_text(as_rows(rows, "csv", COLUMNS) + "\n", encoding="utf-8")
        else:
            _write_pdf(rows, as_of, part)


def _write_pdf(rows, as_of, path):
    site = rows[-1]["site"]
    named = "all sites" if site == "(all)" else site or "no site recorded"
    write_paper(
        path, title=f"Outcomes: {named}", subtitle=f"As of {as_of}", notes=NOTES,
        tables=[
            PaperTable(
                title, (by.capitalize(), *HEADS),
                tuple(_line(row) for row in rows if row["by"] in (by, "all")),
            )
            for by, title in TITLES.items()
        ],
    )  # fmt: skip


def _line(row):
    back = ((row[f"returned_{days}"], row[f"due_{days}"]) for days in WITHIN)
    days = (row["days_median"], row["days_p90"])
    name = {EARLIER: "Earlier", "all": "All"}.get(row["name"], row["name"])
    return (
        str(name), *(_share(row[stage], row["identified"]) for stage in STAGES),
        *(_share(number, due) for number, due in back),
        *("–" if day is None else str(day) for day in days),
    )  # fmt: skip


def _share(number, whole):
    if number is None:
        return "–"
    return f"{number:,} ({100 * number / whole:.0f} %)" if whole else f"{number:,}"


def write_monthly_reports(home):
    """Write the reports of all sites and of each into `reports/YYYY-MM` of the home, the month of
    the run that is followed, as CSV and PDF; returns how many files. Asked again, it writes them
    again."""
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
        if worklist.followed_run(store) is None:
            return 0
        sites = [None, *worklist.groups(store)["site"]]
        reports = [outcome_rows(store, site) for site in sites]
    for place, (site, (rows, as_of)) in enumerate(zip(sites, reports, strict=True)):
        folder = home.root / "reports" / f"{as_of:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = "outcomes" if site is None else f"outcomes-{place:02}-{_in_a_name(site)}"
        for form in ("csv", "pdf"):
            write_outcomes_report(rows, as_of, form, folder / f"{name}.{form}")
    return 2 * len(sites)


def _in_a_name(site):
    return re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-")[:40] or "none"
