-- One row: how many patients are in each cohort of the card. Read by DuckDB and by Spark, which share this much of SQL.
-- Reads the lake's tables and two more: asked (as_of, recent_from: 12 months before) and meaning (concept, class).
with merge as (
    select patient_id, max(merged_into) as merged_into from patient where merged_into <> patient_id group by patient_id
),

-- chains of up to three merges
survivor as (
    select first.patient_id, coalesce(third.merged_into, second.merged_into, first.merged_into) as surviving_id
    from merge as first
    left join merge as second on second.patient_id = first.merged_into
    left join merge as third on third.patient_id = second.merged_into
),

spelled as (
    select concepts from medication union select concepts from condition union select concepts from procedure
),

class as (
    select distinct spelled.concepts, meaning.class
    from spelled
    join meaning on concat('|', spelled.concepts, '|') like concat('%|', meaning.concept, '|%')
),

b12 as (
    select coalesce(survivor.surviving_id, lab_result.patient_id) as patient_id, result_id, accession_id, status, value, comparator,
        collected_at, collected_on, reported_at
    from lab_result
    left join survivor on survivor.patient_id = lab_result.patient_id
    where analyte = 'total_b12'
),

-- of one result id the last report; reported together, what takes it back comes first, then a correction, then the lower value
version as (
    select *, row_number() over (
        partition by patient_id, result_id
        order by reported_at desc, case status when 'retracted' then 0 when 'withdrawn' then 0 when 'corrected' then 1 when 'final' then 2 else 3 end, value
    ) as version
    from b12
),

overruled as (
    select distinct version.patient_id, version.result_id
    from version
    join version as later on later.patient_id = version.patient_id and later.accession_id = version.accession_id
    where version.version = 1 and later.version = 1 and later.result_id <> version.result_id and later.status in ('corrected', 'retracted')
        and (later.reported_at > version.reported_at or (later.reported_at = version.reported_at and version.status = 'final'))
),

usable as (
    select version.*, row_number() over (
        partition by version.patient_id order by collected_at desc, value, case comparator when '<' then 0 when '<=' then 1 else 2 end
    ) as place
    from version
    cross join asked
    left join overruled on overruled.patient_id = version.patient_id and overruled.result_id = version.result_id
    where version = 1 and status in ('final', 'corrected') and value is not null and collected_on <= as_of and overruled.patient_id is null
),

latest as (
    select
        count(case when (comparator = '=' and value < 180) or (comparator in ('<', '<=') and value < 203.3055) then 1 end) as low_b12,
        count(case when comparator = '=' and value between 180 and 350 then 1 end) as borderline_b12
    from usable
    where place = 1
),

record as (
    select coalesce(survivor.surviving_id, medication.patient_id) as patient_id, class.class, start_on, greatest(start_on, case
        when end_on >= start_on then end_on
        when days_supply is not null then start_on + days_supply
        when status = 'active' then as_of
        else start_on + 30
    end) as end_on
    from medication
    cross join asked
    join class on class.concepts = medication.concepts and class.class in ('metformin', 'acid_suppressant')
    left join class as trap on trap.concepts = medication.concepts and trap.class = 'trap'
    left join survivor on survivor.patient_id = medication.patient_id
    where status in ('active', 'ended', 'administered', 'unknown') and start_on <= as_of and trap.concepts is null
),

reached as (
    select *, max(end_on) over (
        partition by patient_id, class order by start_on, end_on rows between unbounded preceding and 1 preceding
    ) as reached_on
    from record
),

numbered as (
    select *, sum(case when reached_on is null or start_on > reached_on + 30 then 1 else 0 end) over (
        partition by patient_id, class order by start_on, end_on, reached_on nulls first rows between unbounded preceding and current row
    ) as era
    from reached
),

era as (
    select patient_id, class, min(start_on) as start_on, max(end_on) as end_on from numbered group by patient_id, class, era
),

long_term as (
    select
        count(distinct case when class = 'metformin' and least(end_on, as_of) > start_on + interval 4 month then patient_id end) as metformin_long_term,
        count(distinct case when class = 'acid_suppressant' and least(end_on, as_of) > start_on + interval 12 month then patient_id end)
            as acid_suppressant_long_term
    from era
    cross join asked
    where end_on >= recent_from
),

surgery as (
    select coalesce(survivor.surviving_id, coded.patient_id) as patient_id, class.class, coded.began_on
    from (
        select patient_id, concepts, status, onset_on as began_on from condition
        union all
        select patient_id, concepts, status, performed_on from procedure
    ) as coded
    cross join asked
    join class on class.concepts = coded.concepts and class.class in ('bariatric', 'bariatric_band', 'band_removal')
    left join survivor on survivor.patient_id = coded.patient_id
    where coded.status in ('counted', 'abated') and coded.began_on <= as_of
),

removed as (
    select patient_id, max(began_on) as removed_on from surgery where class = 'band_removal' group by patient_id
),

operated as (
    select count(distinct surgery.patient_id) as bariatric
    from surgery
    left join removed on removed.patient_id = surgery.patient_id
    where class = 'bariatric' or (class = 'bariatric_band' and (removed_on is null or removed_on < began_on))
)

select * from latest cross join long_term cross join operated
