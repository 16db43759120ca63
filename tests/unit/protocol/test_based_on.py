"A pack that is based on another, and its own table of concepts: what it inherits, what it is called by, what is refused."

import hashlib
import shutil
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.core.errors import InvalidProtocol
from pipeline.engine.connection import connect
from pipeline.protocol import as_markdown, load, pack_of_run, problems
from pipeline.protocol.inherited import BY_ENTRY, is_own, merged
from pipeline.protocol.tables import register, register_vocabulary
from pipeline.runs import PackVersion
from tests.packs import TEXT, small_text, write_small

INHERITED = ("settings", "bands", "facts", "derived", "sources", "monitoring_checks")
HEADACHE = "headache_tierB_primary,shown,headache_not_counted,no symptom here\n"


def test_a_small_pack_is_the_whole_one_with_its_own_rules(tmp_path):
    pack, shipped = load(write_small(tmp_path)), load()
    assert problems(pack) == []
    assert {name: pack.raw[name] for name in INHERITED} == {
        name: shipped.raw[name] for name in INHERITED
    }
    assert list(pack.raw["derived"]) == list(shipped.raw["derived"])
    assert pack.decisions == shipped.decisions
    assert [row["id"] for row in pack.raw["flags"]] == [row["id"] for row in shipped.raw["flags"]]


@pytest.mark.parametrize("section", ["next_step", "safety", "cause", "cohorts", "actions"])
def test_what_the_clinician_signs_is_in_the_pack_itself(tmp_path, section):
    path = write_small(tmp_path)
    path.write_text(path.read_text().replace(f"\n{section}:", f"\nnot_{section}:", 1))
    with pytest.raises(InvalidProtocol, match=f"{section} is missing"):
        problems(load(path))


def test_a_flag_with_a_condition_is_not_inherited_and_one_that_comes_with_the_evidence_is(tmp_path):
    text = small_text().split("flags:")[0]
    own = 'flags:\n  - {id: P_CAB, evidence: true, priority: 0, cites: [OURS], because: "Ours."}\n'
    path = tmp_path / "mine.yaml"
    path.write_text(text + own)
    flags = load(path).raw["flags"]
    assert not any("when" in row for row in flags)
    assert [row["because"] for row in flags if row["id"] == "P_CAB"] == ["Ours."]
    assert "BY_NAME" in {row["id"] for row in flags}


def test_an_entry_of_its_own_stands_in_the_place_of_the_inherited_one(tmp_path):
    more = (
        "settings:\n  metformin_months: {value: 6, means: ours, cites: [OURS]}\n"
        'derived:\n  deficient: {yes_when: [{low_here: ["yes"]}]}\n  low_here: {yes_when: [{b12: [low]}]}\n'
        "monitoring_checks:\n  - {answer: due_12_months, months: 12}\n"
    )
    pack, shipped = load(write_small(tmp_path, more=more)), load()
    assert pack.setting == {**shipped.setting, "metformin_months": 6}
    assert list(pack.setting) == list(shipped.setting)
    assert pack.raw["monitoring_checks"] == [{"answer": "due_12_months", "months": 12}]
    facts = list(pack.raw["derived"])
    assert facts.index("low_here") < facts.index("deficient") < facts.index("treat_below_300"), (
        "each after what it reads"
    )
    assert not [each for each in problems(pack) if "does not exist" in each[2]]


@pytest.mark.parametrize(
    ("own", "base", "said"),
    [
        ("base", None, "neither in"),
        ("/etc/base.yaml", None, "relative path"),
        ("[base]", None, "relative path"),
        ("mine", None, "based on itself"),
        ("base", small_text("base"), "itself based on"),
        ("base", small_text("base", based_on="mine"), "itself based on mine"),
        ("base", "pack: [", "base.yaml cannot be read as a protocol pack: line 2"),
        ("base", "pack: base\n", "base.yaml cannot be read as a protocol pack: settings is missing"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_be_used(tmp_path, own, base, said):
    path = write_small(tmp_path, based_on=own)
    if base:
        (tmp_path / "base.yaml").write_text(base)
    with pytest.raises(InvalidProtocol, match=said):
        load(path)


def test_a_base_is_looked_up_beside_the_pack_first_and_by_a_relative_path(tmp_path):
    near = tmp_path / "site" / f"{DEFAULT_PACK}.yaml"
    path = write_small(tmp_path / "site")
    near.write_text(TEXT.replace("{value: 16,", "{value: 17,"))
    assert load(path).setting["child_under_years"] == 17
    far = write_small(tmp_path / "other", based_on="../site/praxis-2026.yaml")
    assert load(far).setting["child_under_years"] == 17
    near.unlink()
    assert load(path).setting["child_under_years"] == 16


def test_a_fault_of_what_is_inherited_is_told_with_the_file_of_the_base(tmp_path):
    base = tmp_path / "base.yaml"
    broken = TEXT.replace("{answer: above, above: 350}", "{answer: above, from: 350}")
    flag = "- {id: P_CAB, evidence: true, priority: 0, cites: ["
    base.write_text(broken.replace(f"{flag}OURS", f"{flag}BOOK"))
    path = write_small(
        tmp_path,
        based_on="base",
        more="settings:\n  metformin_months: {value: x, means: y, cites: [OURS]}\n",
    )
    found = {file: (line, said) for file, line, said in problems(load(path)) if "gap" in said}
    line = base.read_text().split("answer: above, from: 350")[0].count("\n") + 1
    assert found == {
        str(base): (
            line,
            "band b12: above does not begin where the previous band ends (gap or overlap)",
        )
    }
    [(file, line)] = [
        (file, line) for file, line, said in problems(load(path)) if "metformin_months" in said
    ]
    assert (file, line) == (str(path), path.read_text().count("\n"))
    [(file, line)] = [(file, line) for file, line, said in problems(load(path)) if "BOOK" in said]
    assert (file, base.read_text().splitlines()[line - 1].strip()[:13]) == (
        str(base),
        "- {id: P_CAB,",
    )


def test_the_sha256_is_of_the_file_or_of_all_files_wherever_they_are(tmp_path):
    alone = tmp_path / "alone.yaml"
    alone.write_bytes(("\ufeff" + TEXT.replace("\n", "\r\n")).encode())
    assert load(alone).sha256 == hashlib.sha256(alone.read_bytes()).hexdigest()
    path = write_small(tmp_path / "a", concepts=HEADACHE)
    moved = shutil.copytree(tmp_path / "a", tmp_path / "b" / "c") / "mine.yaml"
    first = load(path).sha256
    assert load(moved).sha256 == first != hashlib.sha256(path.read_bytes()).hexdigest()
    moved.with_name("mine.concepts.csv").write_text("concept,fact,means,wording\n")
    second = load(moved).sha256
    moved.with_name("praxis-2026.yaml").write_text(TEXT + "\n")
    assert len({first, second, load(moved).sha256}) == 3


@pytest.mark.parametrize("name", ["../up", "a b", ".hidden", "a/b", "a" * 61, "''", '"a\\nb"'])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.replace("pack: praxis-2026", f"pack: {name}"))
    with pytest.raises(InvalidProtocol, match="name in pack"):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 2.0.0\n", "", "version is missing"),
        ("next_review: 2027-05-29", "next_review: soon", "next_review is not a date"),
        ("next_review: 2027-05-29", "next_review: 2027-05-29 10:00:00", "next_review is not a date"),
        ("version: 2.0.0", "version: 2 of May", "version may have"),
        ("sources:", "concepts: {}\nsources:", "concepts belongs into"),
    ],
)  # fmt: skip
def test_a_head_that_cannot_be_used(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.replace(old, new, 1))
    [message] = [each for *_, each in problems(load(path))]
    assert said in message


def version(name, sha256, is_signed=False):
    "What the manifest of a run says of its pack"
    return PackVersion(pack=name, version="1", sha256=sha256, is_signed=is_signed)


def test_a_run_keeps_the_files_and_is_read_by_them(tmp_path):
    path = write_small(tmp_path / "site", concepts=HEADACHE)
    pack, folder = load(path), tmp_path / "run"
    pack.keep(folder)
    shutil.rmtree(path.parent)
    kept = pack_of_run(folder, version("mine", pack.sha256))
    assert (kept.raw, kept.sha256, kept.files) == (pack.raw, pack.sha256, pack.files)
    assert kept.concepts == pack.concepts
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


@pytest.mark.parametrize("gone", ["mine.yaml", "based_on/base.yaml"])
def test_a_kept_pack_that_is_damaged_is_not_replaced_by_another(tmp_path, gone):
    load(write_small(tmp_path / "site")).keep(tmp_path)
    (tmp_path / "protocol" / gone).unlink()
    for is_needed in (True, False):
        with pytest.raises(InvalidProtocol, match="a file of it is missing"):
            pack_of_run(tmp_path, version("mine", "x"), is_needed=is_needed)


def test_a_run_that_keeps_none_is_read_by_the_pack_of_its_name(tmp_path):
    older = {"is_signed": None}
    assert pack_of_run(tmp_path, version(DEFAULT_PACK, "x", **older)) is load()
    assert pack_of_run(tmp_path, version("gone", "x", **older), is_needed=False) is load()
    with pytest.raises(InvalidProtocol, match="gone does not exist"):
        pack_of_run(tmp_path, version("gone", "x", **older))
    with pytest.raises(InvalidProtocol, match="does not keep the protocol"):
        pack_of_run(tmp_path, version(DEFAULT_PACK, "x"), is_needed=False)


def rows_of(con):
    return dict(
        con.execute("select concept, (fact, means, wording) from protocol.concept").fetchall()
    )


def test_a_table_of_concepts_is_the_packs_alone(tmp_path):
    pack = load(write_small(tmp_path, concepts=HEADACHE))
    assert problems(pack) == []
    with closing(connect()) as con:
        register_vocabulary(con)
        common = rows_of(con)
        register(con, load())
        assert rows_of(con) == common
        register(con, pack)
        assert rows_of(con) == {
            **common,
            "headache_tierB_primary": ("shown", "headache_not_counted", "no symptom here"),
        }
    assert (
        "| headache_tierB_primary | shown | headache_not_counted | no symptom here |"
        in as_markdown(pack)
    )


GASTRITIS = """facts:
  gastritis:
    answers:
      - {answer: recorded, coded: [SELECTOR]}
      - {answer: other, coded: [glossitis]}
    otherwise: none
    not_loaded: not_loaded
"""
SHOWN_HERE = "atrophic_gastritis,shown,gastritis_not_counted,no reason here\n"


def test_what_the_table_shows_counts_for_no_line_that_chooses_it_among_others(tmp_path):
    text = GASTRITIS.replace("SELECTOR", "atrophic_*")
    pack = load(write_small(tmp_path, concepts=SHOWN_HERE, more=text))
    assert problems(pack) == []
    with closing(connect()) as con:
        register(con, pack)
        chosen = con.execute("select concept from protocol.line_concept where fact = 'gastritis'")
        assert "atrophic_gastritis" not in {concept for (concept,) in chosen.fetchall()}


def test_a_base_that_names_a_concept_does_not_count_what_the_table_shows(tmp_path):
    "And a medication that a SELECT reads by its meaning stays readable"
    (tmp_path / "base.yaml").write_text(
        TEXT.replace("facts:\n", GASTRITIS.replace("SELECTOR", "atrophic_gastritis"), 1)
    )
    rows = SHOWN_HERE + "methotrexate,shown,methotrexate,our words\n"
    pack = load(write_small(tmp_path, concepts=rows, based_on="base"))
    assert problems(pack) == []
    with closing(connect()) as con:
        register(con, pack)
        named = "from protocol.line_concept where concept = 'atrophic_gastritis'"
        assert con.execute(named).fetchall() == []
        classes = "select class from protocol.class_concept where concept = 'methotrexate'"
        assert con.execute(classes).fetchall() == [("methotrexate",)]


def test_a_concept_that_is_shown_and_named_by_the_packs_own_line_is_refused(tmp_path):
    path = write_small(
        tmp_path, concepts=SHOWN_HERE, more=GASTRITIS.replace("SELECTOR", "atrophic_gastritis")
    )
    said = "concept atrophic_gastritis is shown here, but the fact gastritis names it"
    [(file, line, message)] = problems(load(path))
    assert (file, line) == (str(path.with_name("mine.concepts.csv")), 2) and said in message


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("headaches,shown,x,", "concept headaches does not exist"),
        (",shown,x,", "concept (empty) does not exist"),
        ("mma_serum,shown,mma,", "decided at the ingest"),
        ("mma_wrong_specimen_DO_NOT_USE,lab,mma,", "decided at the ingest"),
        ("nitrous_or_inhalant_hint,shown,nitrous_oxide,", "must not be counted"),
        ("coeliac,trap,trap,", "has the fact trap"),
        ("coeliac,malabsorbtion,other,", "has the fact malabsorbtion"),
        ("coeliac,malabsorption,othr,", "means othr, which malabsorption does not know"),
        ("coeliac,shown,,", "means (empty) for shown"),
        ("headache_tierB_primary,shown,headache_unrelated,", "means headache_unrelated for shown"),
        ("coeliac,loading,band_removal,", "has the fact loading, which no concept may be given"),
        ("coeliac,shown,a,\ncoeliac,shown,b,", "is listed twice"),
    ],
)  # fmt: skip
def test_a_row_that_would_silently_count_for_nothing_or_make_a_trap_count(tmp_path, row, said):
    path = write_small(tmp_path, concepts=f"\n{row}\n")
    found = [(file, line) for file, line, message in problems(load(path)) if said in message]
    assert found == [(str(path.with_name("mine.concepts.csv")), 2 + len(row.split("\n")))], (
        problems(load(path))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: the first line must be concept,fact"), ("concept,means\n", ":1: the first line"),
        ("concept,fact,means,wording\ncoeliac,shown\n", ":2: 2 cells"),
        ("concept,fact,means,wording\n\"a\"b,c,d,e\n", ":2: the line cannot be read"),
    ],
)  # fmt: skip
def test_a_table_that_is_none(tmp_path, text, said):
    path = write_small(tmp_path)
    path.with_name("mine.concepts.csv").write_text(text)
    with pytest.raises(InvalidProtocol, match=said):
        load(path)


def test_the_table_of_a_base_counts_for_the_base_so_a_pack_says_its_own(tmp_path):
    shutil.copyfile(PROTOCOL / "praxis-2026.yaml", tmp_path / "base.yaml")
    path = write_small(tmp_path, based_on="base")
    (tmp_path / "base.concepts.csv").write_text(f"concept,fact,means,wording\n{HEADACHE}")
    assert ["copy it to mine.concepts.csv" in said for *_, said in problems(load(path))] == [True]
    path = write_small(tmp_path, based_on="base", concepts="")
    assert problems(load(path)) == []


SHIPPED = load().raw


@given(st.data())
def test_whatever_of_the_inheritable_a_pack_repeats_it_is_the_same_pack(data):
    own = {name: SHIPPED[name] for name in ("next_step", "safety", "cause", "cohorts", "actions")}
    for section in BY_ENTRY:
        names = data.draw(st.lists(st.sampled_from(list(SHIPPED[section])), unique=True))
        own[section] = {name: SHIPPED[section][name] for name in names}
    with_evidence = [row for row in SHIPPED["flags"] if row.get("evidence")]
    repeated = data.draw(st.lists(st.sampled_from(with_evidence), unique_by=lambda row: row["id"]))
    own["flags"] = [*(row for row in SHIPPED["flags"] if "when" in row), *repeated]
    whole = merged(own, SHIPPED)
    assert {name: whole[name] for name in INHERITED} == {name: SHIPPED[name] for name in INHERITED}
    assert sorted(map(str, whole["flags"])) == sorted(map(str, SHIPPED["flags"]))
    seen = set(whole["facts"])
    for fact, entry in whole["derived"].items():
        assert {name for when in entry["yes_when"] for name in when} <= seen
        seen.add(fact)
    for section in BY_ENTRY:
        assert all(
            is_own(own, (section, name)) is (name in own[section]) for name in SHIPPED[section]
        )
