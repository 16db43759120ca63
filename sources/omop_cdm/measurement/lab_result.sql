-- One row per measurement. Its code: the source concept, else the standard concept, else the source value as a local code;
-- the first that is known counts. An unknown concept id is a code of the system OMOP.
-- The value: as the source wrote it when that says more than a number (a comparator, a unit, a second number) or is the same number, else operator and number, else the
-- value concept's name. An operator that is not known stays before the number as a question mark, so that the value is not read as a number.
-- The unit: the source's own spelling when it is known, else the unit concept; where both are known, both are given and compared.
with named as (
    select
        delivered.*,
        source_concept.coding as source_coding, standard_concept.coding as standard_coding,
        unit_concept.concept_code as unit_code, value_concept.concept_name as value_name,
        case whole(operator_concept_id)
            when '4171756' then '<' when '4172704' then '>' when '4171754' then '<=' when '4171755' then '>='
            when '4172703' then null when '0' then null
            else case when operator_concept_id is not null then '? ' end
        end as operator
    from landing.delivered
    left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(measurement_source_concept_id), '0')
    left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(measurement_concept_id), '0')
    left join landing.concept as unit_concept on unit_concept.concept_id = nullif(whole(unit_concept_id), '0')
    left join landing.concept as value_concept on value_concept.concept_id = nullif(whole(value_as_concept_id), '0')
),

united as (
    select named.*, source_alias.unit as source_unit, concept_alias.unit as concept_unit
    from named
    left join landing.local_unit on local_unit.spelling = unit_key(unit_source_value)
    left join protocol.unit_alias as source_alias on source_alias.spelling = coalesce(unit_key(local_unit.unit), unit_key(unit_source_value))
    left join protocol.unit_alias as concept_alias on concept_alias.spelling = unit_key(unit_code)
)

select
    line, whole(person_id) as patient_id, whole(measurement_id) as result_id,
    omop_codings(source_coding, standard_coding, measurement_concept_id, null, coding('LOCAL', measurement_source_value, null)) as codings,
    case
        when says_more_than_a_number(value_source_value) then value_source_value
        when operator is null and try_cast(value_source_value as decimal(20, 9)) = try_cast(value_as_number as decimal(20, 9)) then value_source_value
        when value_as_number is not null then coalesce(operator, '') || shortest(value_as_number)
        else coalesce(value_source_value, value_name)
    end as value,
    case when source_unit is not null then unit_source_value else coalesce(unit_code, unit_source_value) end as unit,
    case when source_unit is not null and concept_unit is not null then unit_code end as unit_printed,
    'final' as status,
    case when left(measurement_datetime, 10) = left(measurement_date, 10) and right(measurement_datetime, 8) <> '00:00:00'
        then measurement_datetime else measurement_date end as collected_at,
    shortest(range_low) as reference_low, shortest(range_high) as reference_high
from united
