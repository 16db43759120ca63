-- One row per patient listed before and now of whom a fact changed: which, from what to what.
-- is_news: of alerts and priority alone, only an alert that came, or more urgency, is a reason to look again; any other fact is one.
-- On the first night of another pack the id of a rule is no reason, nor is a fact that the pack asks no more, or asks now and finds nothing:
-- not_asked. Another word for the same value may come from new data, and is one.
-- A fact that only the row of before has is not looked at; one that only the row of now has has no before, and is not told.
with compared as (
    select
        patient_id, priority_before, priority_now, string_split(safety_before, '|') as alerts_before,
        string_split(safety_now, '|') as alerts_now,
        cast(cast(facts_before as json) as map(varchar, varchar)) as answers_before,
        cast(cast(facts_now as json) as map(varchar, varchar)) as answers_now
    from worklist.compared
    where facts_before is distinct from facts_now and facts_before is not null and facts_now is not null
),

answer as (
    select compared.*, answers_before[name] as before, answers_now[name] as now, name
    from (select *, unnest(map_keys(answers_now)) as name from compared) as compared
)

select
    patient_id,
    string_agg(name || ': ' || before || ' → ' || now, '; ' order by name) as because,
    bool_or(
        case
            when name in ('alerts', 'priority') then priority_now < priority_before
                or len(list_filter(alerts_now, lambda alert: not list_contains(alerts_before, alert))) > 0
            when not run.is_other_pack then true
            when starts_with(now, 'not_asked') then false
            when starts_with(before, 'not_asked') then now not in ('none', 'none_known', 'no', 'never', 'not_loaded', 'not_on_therapy')
            when name = 'next_step' then before[:strpos(before, ' (')] <> now[:strpos(now, ' (')]
            else true
        end
    ) as is_news
from answer
cross join worklist.run
where before is distinct from now
group by patient_id
