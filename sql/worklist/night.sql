-- One row per patient who was or is on the worklist: what a newly published run does to the item, and why.
-- change: opened, reopened, changed (the reason or its evidence), snooze_ended, recheck (done, but the data still say the same after
-- the time set), merged, excluded, withdrawn (a result it rested on was taken back), resolved, refreshed (other words, same reason), kept.
-- An item stays one item while its reason lasts; alerts that are gone, or less urgency, change it, but are no reason to open it again.
-- Missing: an item that was never on the list (off_list) has no facts. Tied: a merge comes before an exclusion, that before a withdrawal.
with compared as (
    select
        coalesce(item.patient_id, tonight.patient_id) as patient_id,
        item.id, item.status, item.assignee, item.snoozed_until, item.status_on, item.facts as facts_before, tonight.facts as facts_now,
        tonight.patient_id is not null as is_listed,
        item.status is null or item.status = 'off_list' as is_first,
        coalesce(item.status in ('resolved', 'withdrawn', 'excluded', 'merged'), false) as is_closed,
        item.safety as safety_before, tonight.safety as safety_now, item.priority as priority_before, tonight.priority as priority_now,
        row(item.reason, item.cites, item.flags, item.cohorts, item.cause, item.waiting_since, item.b12_source, item.site)
            is distinct from row(tonight.reason, tonight.cites, tonight.flags, tonight.cohorts, tonight.cause,
                tonight.waiting_since, tonight.b12_source, tonight.site) as is_worded_anew
    from worklist.item
    full join worklist.tonight on tonight.patient_id = item.patient_id
),

answer as (
    select patient_id, name, answers_before[name] as before, answers_now[name] as now
    from (
        select patient_id, unnest(map_keys(answers_now)) as name, answers_before, answers_now
        from (
            select patient_id, cast(cast(facts_before as json) as map(varchar, varchar)) as answers_before,
                cast(cast(facts_now as json) as map(varchar, varchar)) as answers_now
            from compared
            where facts_before is distinct from facts_now and facts_before is not null and facts_now is not null
        )
    )
),

news as (
    select patient_id,
        string_agg(name || ': ' || before || ' → ' || now, '; ' order by name) as because,
        bool_or(name not in ('alerts', 'priority')) as is_beyond_alerts
    from answer
    where before is distinct from now
    group by patient_id
),

judged as (
    select
        compared.*,
        news.because,
        news.patient_id is not null as is_changed,
        -- of alerts and priority alone: only an alert that came, or more urgency, is a reason to look again
        news.is_beyond_alerts or compared.priority_now < compared.priority_before or len(list_filter(
            string_split(compared.safety_now, '|'), lambda alert: not list_contains(string_split(compared.safety_before, '|'), alert)
        )) > 0 as is_news,
        merged_patient.surviving_id,
        assessment.scope, assessment.next_step as next_step_now, assessment.reason as reason_now,
        withdrawn.results as withdrawn_results
    from compared
    left join news on news.patient_id = compared.patient_id
    left join clinical.merged_patient on merged_patient.patient_id = compared.patient_id
    left join worklist.assessment on assessment.patient_id = compared.patient_id
    left join worklist.withdrawn on withdrawn.patient_id = compared.patient_id
),

decided as (
    select
        judged.*,
        case
            when is_listed and is_first then 'opened'
            when is_listed and is_closed then 'reopened'
            when is_listed and is_changed and is_news and status not in ('open', 'assigned') then 'reopened'
            when is_listed and is_changed then 'changed'
            when is_listed and status = 'snoozed' and snoozed_until <= run.as_of then 'snooze_ended'
            when is_listed and status = 'done' and status_on + setting.done_recheck_days <= run.as_of then 'recheck'
            when is_listed and is_worded_anew then 'refreshed'
            when is_listed then 'kept'
            when surviving_id is not null and status <> 'merged' then 'merged'
            when is_closed or is_first then 'kept'
            when scope is null or scope in ('deceased', 'opted_out') then 'excluded'
            when withdrawn_results is not null then 'withdrawn'
            else 'resolved'
        end as change
    from judged
    cross join worklist.run
    cross join protocol.setting
)

select
    patient_id, id, status as from_status, surviving_id, change,
    case
        when change in ('opened', 'reopened', 'snooze_ended', 'recheck') then case when assignee is null then 'open' else 'assigned' end
        when change in ('merged', 'excluded', 'withdrawn', 'resolved') then change
        else status
    end as to_status,
    case change
        when 'reopened' then case when is_closed then 'back on the worklist' else 'new evidence' end
            || coalesce('; taken back by its source: ' || withdrawn_results, '') || coalesce('; ' || because, '')
        when 'changed' then coalesce('taken back by its source: ' || withdrawn_results || '; ', '') || because
        when 'snooze_ended' then 'snoozed until ' || snoozed_until
        when 'recheck' then 'done since ' || status_on || ', and the data still say the same'
        when 'merged' then 'merged into another patient'
        when 'excluded' then case scope when 'deceased' then 'deceased' when 'opted_out' then 'opted out' else 'no longer in the population' end
        when 'withdrawn' then 'taken back by its source: ' || withdrawn_results || '; ' || next_step_now || ': ' || reason_now
        when 'resolved' then next_step_now || ': ' || reason_now
    end as because
from decided
