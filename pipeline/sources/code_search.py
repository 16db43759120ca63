"""Search the codes and names of the protocol, and say what each of them means."""

import os
from functools import cache

from pipeline.engine import connect, rows_of
from pipeline.protocol import register_vocabulary


def search_codes(text, most):
    """The codes and drug names that fit every word of the text, exact codes first, and how many
    there are: `([{code_system, code, name, concept, meaning, effect}], total)`.

    A word fits a code that begins so (with or without dots and dashes), one that a row with *
    covers, a system by any of its names, a concept, its meaning, or a word of the name that begins
    so. most: how many rows are returned.
    """
    con = _vocabulary(os.getpid()).cursor()
    rows = rows_of(con, _SEARCH, [_words(con, text)])
    return [{name: row[name] for name in COLUMNS} for row in rows[:most]], len(rows)


def all_codes():
    """Every code and drug name, as `search_codes` has them, in the order of the lists."""
    return rows_of(_vocabulary(os.getpid()).cursor(), f"with {_LISTED} {_ALL}")


def concepts_of_codes():
    """Every concept of the protocol, what it means, and how many codes of which systems it has."""
    return rows_of(_vocabulary(os.getpid()).cursor(), _CONCEPTS)


@cache
def _vocabulary(process):
    "A connection that knows the codes; one for each process, as none survives a fork"
    con = connect()
    register_vocabulary(con)
    return con


def _words(con, text):
    "The words of the text; a text that is the name of a system is one word"
    known = con.execute(
        "select code_system from protocol.code_system where alias = upper(trim($1))", [text]
    ).fetchone()
    return [known[0]] if known else text.split()


COLUMNS = ("code_system", "code", "name", "concept", "meaning", "effect")
_LISTED = """
listed as (
    select row_number() over () as place, concept, code_system, code, code_key, is_prefix,
        display as name
    from protocol.code
    union all
    select 1000000 + row_number() over (), concept, 'NAME', name, upper(name), false, note
    from protocol.drug_name
),

explained as (
    select listed.*, concept_meaning.does as effect,
        case concept.fact when 'trap' then concept.wording else concept_meaning.title end
            as meaning,
        between_spaces(concat_ws(' ', listed.concept, listed.name, concept_meaning.title,
            concept.fact, concept.means)) || case when code_system = 'NAME'
            then between_spaces(listed.code) else '' end as words
    from listed
    left join protocol.concept on concept.concept = listed.concept
    left join protocol.concept_meaning
        on concept_meaning.fact = concept.fact and concept_meaning.means = concept.means
)
"""
_ALL = "select code_system, code, name, concept, meaning, effect from explained order by place"
_SEARCH = f"""
with {_LISTED},

word as (select distinct unnest($1::varchar[]) as word),

spelled as (
    select word.word, between_spaces(word.word) as words, code_system.code_system as named_system,
        concept.concept as named_concept
    from word
    left join protocol.code_system on code_system.alias = upper(word.word)
    -- pregnancy is a word too, gastrectomy_total is a concept alone
    left join protocol.concept
        on lower(concept.concept) = lower(word.word) and contains(word.word, '_')
),

fit as (
    select explained.concept, explained.code_system, explained.code, explained.name,
        explained.meaning, explained.effect,
        code_key(explained.code_system, spelled.word) as wanted, explained.code_key, is_prefix,
        length(wanted) > 1 and (starts_with(explained.code_key, wanted)
            or (is_prefix and starts_with(wanted, explained.code_key))) as is_of_code,
        case
            when spelled.named_concept is not null then explained.concept = spelled.named_concept
            else is_of_code
                or explained.code_system = coalesce(spelled.named_system, upper(spelled.word))
                or (trim(spelled.words) <> '' and contains(explained.words, rtrim(spelled.words)))
        end as is_fitting
    from explained cross join spelled
)

select code_system, code, name, concept, meaning, effect, bool_or(wanted = code_key) as is_exact,
    bool_or(is_of_code) as is_code
from fit
group by code_system, code, name, concept, meaning, effect
having bool_and(is_fitting)
order by is_exact desc, is_code desc, concept, code_system, code
"""
_CONCEPTS = f"""
with {_LISTED},

counted as (
    select concept, meaning, effect, code_system, count(*) as codes from explained group by all
)

select concept, meaning, effect, cast(sum(codes) as bigint) as codes,
    string_agg(code_system || ' ' || codes, ', ' order by codes desc, code_system) as systems
from counted
group by concept, meaning, effect
order by concept
"""
