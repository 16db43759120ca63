-- One row per patient of worklist.candidate: the item as it was, beside the row of the run just published.
-- is_first: there was no item, or one that was looked at and never on the list (off_list). is_worded_anew: a text that is shown changed, without
-- being a reason to look again. Of a patient who is not listed now everything of now is missing.
select
    candidate.patient_id,
    item.id, item.status, item.assignee, item.snoozed_until, item.status_on, item.facts as facts_before, tonight.facts as facts_now,
    tonight.patient_id is not null as is_listed,
    item.status is null or item.status = 'off_list' as is_first,
    coalesce(item.status in ('resolved', 'withdrawn', 'excluded', 'merged'), false) as is_closed,
    item.safety as safety_before, tonight.safety as safety_now, item.priority as priority_before, tonight.priority as priority_now,
    row(without_ages(item.reason), item.evidence, item.cites, item.flags, item.cohorts, item.cause, item.waiting_since, item.b12_source, item.site,
            item.action, item.severity, item.deciding_test, item.deciding_value, item.deciding_reported, item.deciding_on,
            item.reference_low, item.reference_high, item.born_on, item.born_latest_on, item.sex)
        is distinct from row(without_ages(tonight.reason), tonight.evidence, tonight.cites, tonight.flags, tonight.cohorts, tonight.cause,
            tonight.waiting_since, tonight.b12_source, tonight.site,
            tonight.action, tonight.severity, tonight.deciding_test, tonight.deciding_value, tonight.deciding_reported, tonight.deciding_on,
            tonight.reference_low, tonight.reference_high, tonight.born_on, tonight.born_latest_on, tonight.sex) as is_worded_anew
from worklist.candidate
left join worklist.item_content as item on item.patient_id = candidate.patient_id
left join worklist.tonight on tonight.patient_id = candidate.patient_id
