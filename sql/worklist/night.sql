-- One row per patient of worklist.candidate: the effect of a newly published run on the item, and why.
-- change: opened, reopened, changed (the reason or its evidence), snooze_ended, recheck (done, but the data still say the same after
-- the time set), merged, excluded, withdrawn (a result it rested on was taken back), resolved, refreshed (other words, same reason), kept.
-- On the first night of another protocol every item that it may have changed says so, first of all.
-- An item stays one item while its reason lasts; alerts that are gone, or less urgency, change it, but do not open it again.
-- Of an id that is merged no more and not listed, the item ends as that of any other patient.
-- Missing: an item that was never on the list (off_list) has no facts. Tied: a merge comes before an exclusion, that before a withdrawal.
with decided as (
    select
        compared.*, news.because, run.protocol_change, merged_patient.surviving_id, withdrawn.results as withdrawn_results,
        assessment.scope, assessment.next_step as next_step_now, assessment.reason as reason_now,
        case
            when is_listed and is_first then 'opened'
            when is_listed and is_closed then 'reopened'
            when is_listed and news.is_news and status not in ('open', 'assigned') then 'reopened'
            when is_listed and status = 'snoozed' and snoozed_until <= run.as_of then 'snooze_ended'
            when is_listed and status = 'done' and status_on + setting.done_recheck_days <= run.as_of then 'recheck'
            when is_listed and news.patient_id is not null then 'changed'
            when is_listed and is_worded_anew then 'refreshed'
            when is_listed then 'kept'
            when merged_patient.surviving_id is not null and status <> 'merged' then 'merged'
            when is_first or (is_closed and status <> 'merged') then 'kept'
            when status = 'merged' and merged_patient.surviving_id is not null then 'kept'
            when assessment.scope is null or assessment.scope in ('deceased', 'opted_out') then 'excluded'
            when withdrawn.results is not null then 'withdrawn'
            else 'resolved'
        end as change
    from worklist.compared
    cross join worklist.run
    cross join protocol.setting
    left join worklist.news on news.patient_id = compared.patient_id
    left join clinical.merged_patient on merged_patient.patient_id = compared.patient_id
    left join worklist.assessment on assessment.patient_id = compared.patient_id
    left join worklist.withdrawn on withdrawn.patient_id = compared.patient_id
)

select
    patient_id, id, status as from_status, surviving_id, change,
    case
        when change in ('opened', 'reopened', 'snooze_ended', 'recheck') then case when assignee is null then 'open' else 'assigned' end
        when change in ('merged', 'excluded', 'withdrawn', 'resolved') then change
        else status
    end as to_status,
    nullif(array_to_string([
        case when change in ('opened', 'reopened', 'changed', 'snooze_ended', 'recheck', 'resolved') then protocol_change end,
        case change
            when 'reopened' then array_to_string([
                case when is_closed then 'back on the worklist' when protocol_change is null then 'new evidence' end,
                'taken back by its source: ' || withdrawn_results, because
            ], '; ')
            when 'changed' then coalesce('taken back by its source: ' || withdrawn_results || '; ', '') || because
            when 'snooze_ended' then 'snoozed until ' || snoozed_until || coalesce('; ' || because, '')
            when 'recheck' then 'done since ' || status_on || coalesce('; ' || because, ', and the data still say the same')
            when 'merged' then 'merged into another patient'
            when 'excluded' then coalesce(lower(left(reason_now, 1)) || rtrim(reason_now[2:], '.'), 'no longer in the population')
            when 'withdrawn' then 'taken back by its source: ' || withdrawn_results || '; ' || next_step_now || ': ' || reason_now
            when 'resolved' then next_step_now || ': ' || reason_now
        end
    ], '; '), '') as because
from decided
