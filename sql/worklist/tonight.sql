-- One row per patient of worklist.candidate on the worklist that was just published: what the store keeps of it.
-- facts: the next step and its basis, by name, as text. While these do not change, the item stays the same.
-- action: what is to be done first: the next step, or the alert or flag that gives the row its priority where the step's rule does not.
-- severity: the order within a priority, smallest first: neurological, band (a low active B12 as a low one), MMA; then the newest deciding result.
-- waits_from: waiting_since, or where long use of a drug makes the risk, the day on which it had been taken for long enough.
-- evidence: without the ages of its values, which grow every night. Lists are led, joined and closed by |, so that one of them is found by '|NAME|'. No site recorded: null.
with asked as (
    select
        priority, list(distinct rule || outcome) filter (decision = 'next_step') as steps,
        list(outcome) filter (decision = 'safety') as alerts, list(outcome) filter (decision = 'flags') as flags
    from protocol.rule
    where priority > 0 and decision in ('next_step', 'safety', 'flags')
    group by priority
)

select
    worklist.patient_id, worklist.as_of, worklist.priority, worklist.next_step, worklist.rule, worklist.reason, worklist.cites,
    without_ages(worklist.evidence) as evidence,
    '|' || array_to_string(worklist.safety, '|') || '|' as safety,
    '|' || array_to_string(worklist.flags, '|') || '|' as flags,
    '|' || array_to_string(worklist.cohorts, '|') || '|' as cohorts,
    worklist.cause, worklist.waiting_since, worklist.b12, worklist.b12_value, worklist.b12_reported, worklist.b12_on,
    worklist.b12_source, worklist.mma_reported, worklist.mma_on, worklist.active_b12_on, patient_site.site,
    cast(to_json({
        'priority': worklist.priority,
        'next_step': worklist.next_step || ' (' || worklist.rule || ')',
        'alerts': coalesce(nullif(array_to_string(list_sort(worklist.safety), ', '), ''), 'none'),
        'B12': worklist.b12 || coalesce(', ' || trim(worklist.b12_reported) || ' on ' || worklist.b12_on, ''),
        'active B12': worklist.active_b12 || coalesce(', on ' || worklist.active_b12_on, ''),
        'MMA': worklist.mma || coalesce(', ' || trim(worklist.mma_reported) || ' on ' || worklist.mma_on, ''),
        'homocysteine': worklist.homocysteine || coalesce(', ' || worklist.homocysteine_value || ' umol/L', ''),
        'neurological': worklist.neuro || coalesce(' since ' || worklist.neuro_on, ''),
        'malabsorption': worklist.malabsorption,
        'monitoring': worklist.monitoring
    }) as varchar) as facts,
    case when list_contains(asked.steps, worklist.rule || worklist.next_step) then worklist.next_step else coalesce(
        list_filter(worklist.safety, lambda alert: list_contains(asked.alerts, alert))[1],
        list_filter(worklist.flags, lambda flag: list_contains(asked.flags, flag))[1], worklist.next_step
    ) end as action,
    case when worklist.neuro in ('definite', 'headache') then 0 when worklist.neuro in ('none', 'not_loaded') then 2 else 1 end * 10_000_000
        + case when worklist.active_b12 = 'low' then least(1, band.severity) else band.severity end * 1_000_000
        + case worklist.mma when 'raised' then 0 when 'not_raised' then 3 when 'never' then 2 else 1 end * 100_000
        + 99_999 - case when listed.deciding_on is null then 0 else greatest(0, least(99_999, listed.deciding_on - date '1900-01-01')) end as severity,
    case
        when worklist.waiting_since = worklist.metformin_since and worklist.metformin = 'long_term' then least(worklist.as_of, cast(worklist.metformin_since + to_months(setting.metformin_months) as date))
        when worklist.waiting_since = worklist.acid_suppressant_since and worklist.acid_suppressant = 'long_term' then least(worklist.as_of, cast(worklist.acid_suppressant_since + to_months(setting.acid_suppressant_months) as date))
        else worklist.waiting_since
    end as waits_from,
    listed.deciding_test, listed.deciding_value, listed.deciding_reported, listed.deciding_on, listed.reference_low, listed.reference_high,
    listed.born_on, listed.born_latest_on, listed.sex
from worklist.published as worklist
cross join protocol.setting
left join asked on asked.priority = worklist.priority
left join worklist.listed_patient as listed on listed.patient_id = worklist.patient_id
left join (values
    ('low', 0), ('uncertain_low', 1), ('low_molar_only', 2), ('borderline', 3), ('uncertain', 4), ('stale_borderline', 5),
    ('treated_since', 6), ('on_treatment', 6), ('stale', 7), ('never', 7), ('above', 8)
) as band (b12, severity) on band.b12 = worklist.b12
left join worklist.patient_site on patient_site.patient_id = worklist.patient_id
where worklist.patient_id in (select patient_id from worklist.candidate)
