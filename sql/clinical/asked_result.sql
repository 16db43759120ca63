-- One row per patient, declared fact, line of it that reads results, and result that fits the line, whenever it was collected.
-- Source: the facts that the pack declares. latest: only the latest result; any: every usable result; two_apart: the latest, where one at least that many days
-- before it fits, too. A line asks for words of the pack's band, or for a side of the laboratory's own reference limits. The latest is, for words, the one that
-- decides for its analyte (is_deciding: it stands here twice); for limits, the last that does not cross its own: one without limits fits no side, and an earlier one does not stand in for it. An upper
-- limit that is not above 0 and above the lower one is none, nor is its lower one. Within is only what is known not to be on the worse side: of MMA and
-- homocysteine not above, of B12 not below.
with known as (
    select *, false as is_deciding from clinical.result
    union all by name
    select *, true as is_deciding from clinical.latest_result
),

bounded as (
    select known.* exclude (reference_low, reference_high),
        coalesce(reference_high > greatest(0, coalesce(reference_low, 0)), reference_low is not null) as is_range,
        case when is_range then reference_low end as lower, case when is_range then reference_high end as upper
    from known
    where analyte in (select analyte from protocol.fact_line where is_used)
),

limited as (
    select
        *, case
            when is_beyond_limit('above', comparator, value, lower, upper) then 'above'
            when is_beyond_limit('below', comparator, value, lower, upper) then 'below'
            when case when analyte in ('mma', 'homocysteine') then upper else lower end is null then 'none'
            when is_beyond_limit('within', comparator, value, lower, upper) then 'within'
        end as side
    from bounded
),

dated as (
    select *, collected_at = max(collected_at) filter (side is not null) over (partition by patient_id, analyte) as is_last
    from limited
),

fitting as (
    select result.patient_id, line.fact, line.position, line.reads, line.apart_days, result.collected_on, result.file, result.line,
        analyte.title || ' ' || with_signs(result.value_reported) || coalesce(' ' || result.unit_reported, '') || ' on ' || result.collected_on
            || case when line.limit_side is not null then ' ' || line.limit_side || ' the laboratory''s own limits' else '' end as recorded,
        case when line.limit_side is null then result.is_deciding else result.is_last end as is_latest
    from dated as result
    join protocol.fact_line as line on line.analyte = result.analyte and line.is_used
    join protocol.analyte on analyte.analyte = result.analyte
    where case when line.limit_side is null then list_contains(line.words, result.word) else line.limit_side = result.side end
)

select distinct patient_id, fact, position, collected_on, recorded, file, line
from fitting
where case reads
        when 'any' then true
        when 'latest' then is_latest
        else is_latest and apart_days > 0 and exists (
            from fitting as earlier
            where earlier.patient_id = fitting.patient_id and earlier.fact = fitting.fact and earlier.position = fitting.position
                and earlier.collected_on <= fitting.collected_on - fitting.apart_days
        )
    end
