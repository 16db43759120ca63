-- One row per delivered drug and name of protocol/codes/drug_names.csv that stands in its own name as whole words.
-- The longest name wins: one that a longer name covers counts only where it stands at another place too. A combination counts for each
-- of its ingredients. A name in which none stands has no row.
with drug_name as (
    select concept, name, between_spaces(name) as words from protocol.drug_name
),

longer as (
    select drug_name.words, list(distinct longer_name.words order by longer_name.words) as longer_names
    from drug_name
    join drug_name as longer_name on contains(longer_name.words, drug_name.words) and longer_name.words <> drug_name.words
    group by drug_name.words
)

select spelled_code.entity, spelled_code.code_system, spelled_code.code, spelled_code.name, drug_name.concept, drug_name.name as drug_name
from staging.spelled_code
join drug_name on contains(spelled_code.words, drug_name.words)
left join longer on longer.words = drug_name.words
where spelled_code.entity = 'medication' and stands_alone(spelled_code.words, drug_name.words, longer.longer_names)
