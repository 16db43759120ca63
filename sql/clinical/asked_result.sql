-- One row per patient, declared fact, line of it that reads results, and result that fits the line, whenever it was collected.
-- Source: the facts that the pack declares. latest: only the result that decides for its analyte; any: every usable result; two_apart: the one that decides, where an
-- earlier one at least that many days before it fits, too. A line asks for words of the pack's band, or for a side of the laboratory's own reference
-- limits; a result without the limit does not fit.
with fitting as (
    select result.patient_id, line.fact, line.position, line.reads, line.apart_days, result.collected_at, result.collected_on, result.file, result.line,
        analyte.title || ' ' || with_signs(result.value_reported) || coalesce(' ' || result.unit_reported, '') || ' on ' || result.collected_on as recorded,
        latest.patient_id is not null as is_latest
    from clinical.result
    join protocol.fact_line as line on line.analyte = result.analyte and line.is_used
    join protocol.analyte on analyte.analyte = result.analyte
    left join clinical.latest_result as latest
        on latest.patient_id = result.patient_id and latest.analyte = result.analyte and latest.collected_at = result.collected_at
        and latest.source = result.source and latest.file = result.file and latest.line = result.line
    where case
            when line.limit_side is null then list_contains(line.words, result.word)
            else is_beyond_limit(line.limit_side, result.comparator, result.value, result.reference_low, result.reference_high)
        end
)

select distinct patient_id, fact, position, collected_on, recorded, file, line
from fitting
where case reads
        when 'any' then true
        when 'latest' then is_latest
        else is_latest and exists (
            from fitting as earlier
            where earlier.patient_id = fitting.patient_id and earlier.fact = fitting.fact and earlier.position = fitting.position
                and earlier.collected_on <= fitting.collected_on - fitting.apart_days
        )
    end
