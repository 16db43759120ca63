-- One row per patient, declared fact and record that it reads: the line of the fact that the record fits, or why it counts for none.
-- Source: the facts that the pack declares. Of a coded record counts the first line that it fits. A look-back of a day known as a month or a year holds if any of
-- its days does; an age, if it does on every day on which the person may be born; a limit, if it does for every value that a censored result may have.
with asked as (
    select fact_line.*, run.as_of,
        case when coalesce(within_days, within_months) is not null then cast(run.as_of - to_months(coalesce(within_months, 0)) - to_days(coalesce(within_days, 0)) as date)
            when kind = 'medication' then cast(run.as_of - to_months(setting.era_reaches_months) as date) end as since
    from protocol.fact_line
    cross join protocol.run
    cross join protocol.setting
),

coded_line as (
    select fact, concept, list(asked order by position) filter (is_used) as lines
    from asked join protocol.line_concept using (fact, position) where kind = 'coded' group by all
),

coded as (
    select
        finding.*, fact,
        case when uncounted_because is null then list_filter(lines, lambda each:
            (each.entity is null or each.entity = finding.entity) and not (each.is_unless_resolved and is_abated) and (each.since is null or latest_on >= each.since)
        )[1] end as fit,
        is_abated and list_bool_or(list_transform(lines, lambda each: each.is_unless_resolved)) as is_resolved,
        coalesce(list_bool_or(list_transform(lines, lambda each: latest_on < each.since)), false) as is_too_old
    from clinical.judged_finding as finding
    join coded_line using (concept)
)

select
    patient_id, fact, fit.position, fit.answer, fit.flag, began_on, began, name, recorded, concept, code, file, line,
    case
        when fit is not null then null
        when uncounted_because is not null then uncounted_because
        when is_resolved and is_too_old then 'resolved, and too long ago to count'
        when is_resolved then 'marked as resolved, so it does not count'
        when is_too_old then 'too long ago to count'
        else 'not counted by this protocol'
    end as uncounted_because
from coded
union all by name
select era.patient_id, fact, position, answer, flag, era.start_on as began_on, replace(fact, '_', ' ') || ' since ' || strftime(era.start_on, '%Y-%m') as recorded
from clinical.medication_era as era
join asked on asked.class = era.class and asked.is_used
where era.end_on >= asked.since
    and (asked.longer_than_months is null or least(asked.as_of, era.end_on) > era.start_on + to_months(asked.longer_than_months))
    and not (asked.is_active_asked and era.end_on < asked.as_of)
union all by name
select result.patient_id, fact, position, answer, flag, result.collected_on as began_on, cast(result.collected_on as varchar) as began, result.recorded, result.file, result.line
from clinical.asked_result as result
join asked using (fact, position)
where asked.since is null or result.collected_on >= asked.since
union all by name
select person.patient_id, fact, position, answer, flag
from clinical.demography as person
join asked on asked.kind = 'person' and asked.is_used
where (asked.age_from is null or person.born_latest_on <= asked.as_of - to_years(asked.age_from))
    and (asked.age_below is null or person.born_on > asked.as_of - to_years(asked.age_below))
    and (asked.sexes is null or list_contains(asked.sexes, person.sex))
