-- One row per patient of the chunk, with what the other draws depend on.
-- Every archetype_step-th patient is an archetype (demo_archetypes.py): age and sex as it says, no other history.
-- gone_ago is the days since death and history the days that can be looked back: nothing is drawn outside them.
-- Of every step, the second patient may be merged into the first, who is then always loaded: merges never touch
-- an archetype and never make a chain.
with
numbered as (
    select
        range as n,
        range % getvariable('archetype_step') as place,
        case
            when place = 0
                then (range // getvariable('archetype_step') - 1) % getvariable('archetype_count')
        end as archetype,
    from range(getvariable('first_n'), getvariable('last_n') + 1)
),

aged as (
    select
        numbered.*,
        coalesce(archetype.age, case
            when u(n, 'is child') < 0.13 then whole(16 * u(n, 'child age'))
            else whole(16 + 84.99 * power(0.55 * u(n, 'age 1') + 0.45 * u(n, 'age 2'), 1.15))
        end) as age,
        coalesce(
            archetype.sex, case when u(n, 'sex') < 0.52 then 'female' when u(n, 'sex') < 0.996 then 'male'
                when u(n, 'sex') < 0.998 then 'other' else 'unknown' end
        ) as sex,
        whole(1 + 6 * u(n, 'site')) as site_number,
    from numbered
    left join archetype on numbered.archetype = archetype.archetype
),

placed as (
    select
        *,
        printf('DEMO%07d', n) as patient_id,
        (getvariable('as_of') - to_years(age) - to_days(whole(10 + 350 * u(n, 'birthday'))))::date as birth_on,
        'Demo Clinic ' || site_number as site,
        pick(
            ['Demo Lab North', 'Demo Lab South', 'Demo Lab East', 'Demo Lab West', 'Demo Lab Harbour'],
            (site_number - 1 + u(n, 'home lab')) / 6
        ) as lab,
        archetype is null and u(n, 'deceased') < 0.0008 * age * age / 100 as is_deceased,
        archetype is null and place != 1 and u(n, 'not loaded') < 0.003 as is_unloaded,
        archetype is null and u(n, 'opted out') < 0.008 as is_opted_out,
        place = 2 and u(n, 'merged') < 0.002 * getvariable('archetype_step') as is_merged,
    from aged
)

select
    n, archetype, age, sex, site_number, patient_id, birth_on, site, lab,
    is_unloaded, is_opted_out, is_merged,
    case when is_deceased then whole(1 + least(900, 300 * age) * u(n, 'death')) else 0 end as gone_ago,
    getvariable('as_of') - birth_on - gone_ago as history,
    case
        when archetype is not null then 1
        else least(14, whole(-ln(1 - u(n, 'visits')) * (0.7 + age / 19.5) + 0.15))
    end as visits,
from placed
