-- One row per patient of worklist.candidate on the worklist that was just published: what the store keeps of it.
-- facts: the next step and its basis, by name, as text. While these do not change, the item stays the same.
-- evidence: without the ages of its values, which grow every night. Lists are led, joined and closed by |, so that one of them is found by '|NAME|'. No site recorded: null.
select
    worklist.patient_id, worklist.as_of, worklist.priority, worklist.next_step, worklist.rule, worklist.reason, worklist.cites,
    regexp_replace(worklist.evidence, ' \(\d[\d.]* (day|month|year)s? old\)', '', 'g') as evidence,
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
    }) as varchar) as facts
from worklist.published as worklist
left join worklist.patient_site on patient_site.patient_id = worklist.patient_id
where worklist.patient_id in (select patient_id from worklist.candidate)
