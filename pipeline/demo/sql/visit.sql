-- One row per blood draw: routine visits spread over five years, monitoring 3, 6, 12, 24 and 36 months after the
-- start of B12, and a reflex visit two to eight weeks after a result below 350 pg/mL in an untreated patient.
with
planned as (
    select
        n,
        visit,
        'routine' as kind,
        gone_ago + 2 + whole((visit - 1 + u(n, visit, 'day')) * least(1824, history - 1) / visits) as days_ago,
    from (select *, unnest(range(1, visits + 1)) as visit from person)
    union all
    select
        n,
        20 + months as visit,
        'monitor' as kind,
        b12_start_ago - 30 * months - whole(25 * u(n, months, 'monitor day')) + 8 as days_ago,
    from (select *, unnest([3, 6, 12, 24, 36]) as months from background where b12_start_ago is not null)
    where days_ago >= greatest(2, b12_stop_ago) and u(n, months, 'monitored') < 0.55
),

measured as (
    select
        planned.*,
        egfr_mean + 4 * normal(planned.n, visit, 'egfr') as egfr,
        days_ago <= b12_start_ago - 10 and days_ago >= b12_stop_ago - 90 as is_treated,
        exp(
            b12_log_mean + 0.1 * normal(planned.n, visit, 'b12')
            + case when is_treated then 0.75 + 0.25 * normal(planned.n, visit, 'b12 response') else 0 end
        ) as b12,
        has_pernicious_anaemia,
        has_folic_acid,
    from planned
    join background on background.n = planned.n
),

reflex as (
    select
        * replace (
            visit + 60 as visit,
            'reflex' as kind,
            days_ago - 14 - whole(42 * u(n, visit, 'reflex day')) as days_ago,
            b12 * exp(0.08 * normal(n, visit, 'b12 again')) as b12
        ),
    from measured
    where kind = 'routine'
        and b12 < 350
        and not coalesce(is_treated, false)
        and u(n, visit, 'b12') < 0.38
        and u(n, visit, 'reflex') < case when b12 < 200 then 0.5 else 0.35 end
)

select
    everything.*,
    person.patient_id,
    person.site_number,
    person.archetype,
    person.age,
    person.sex,
    case
        when u(person.n, visit, 'away') < 0.1
            then pick(
                ['Demo Lab North', 'Demo Lab South', 'Demo Lab East', 'Demo Lab West', 'Demo Lab Harbour'],
                u(person.n, visit, 'away lab')
            )
        else person.lab
    end as lab,
from (from measured union all by name from reflex where days_ago >= 2) as everything
join person on person.n = everything.n
where days_ago >= person.gone_ago
