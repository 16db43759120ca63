-- One row per Medication that a record may point to: its codings, and the strength of a single ingredient in mg where it is given for
-- one unit. A single ingredient's codings follow its own; several ingredients are one name where the Medication has no code.
with medication as (
    select file, key, code, from_json(ingredient, fhir_ingredient()) as ingredients from landing.fhir_part where kind = 'Medication'
),

named as (
    select
        *,
        case when len(ingredients) = 1 then ingredients[1] end as single,
        array_to_string(
            list_transform(ingredients, lambda one: coalesce(one.itemCodeableConcept.coding[1].display, one.itemCodeableConcept.text)), ', '
        ) as ingredient_names
    from medication
)

select
    file, key,
    case
        when single is not null then coalesce(fhir_medicine(code), []) || coalesce(fhir_medicine(single.itemCodeableConcept), [])
        else coalesce(fhir_medicine(code), fhir_name(ingredient_names))
    end as codings,
    case when try_cast(coalesce(single.strength.denominator.value, '1') as decimal(18, 6)) = 1 then shortest(cast(
        try_cast(single.strength.numerator.value as decimal(18, 6))
        * case unit_key(coalesce(single.strength.numerator.code, single.strength.numerator.unit))
            when 'mg' then 1 when 'ug' then 0.001 when 'mcg' then 0.001 when 'g' then 1000
        end as varchar
    )) end as strength_mg
from named
