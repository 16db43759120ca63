-- One row per usable lab result, with its interval and its word: that of its band (null: crosses an edge and cannot decide), or what a
-- test in words found. conflicting_id: its id, where another row of the id has another value and nothing says which is newer.
-- A censored result is an interval; a band holds it only when the whole interval lies in the band. Of the answers for those that lie in none, the first that holds it.
-- band_id: the row of the band that judged it, general or local (clinical.local_result); neuro_300_band_id: likewise of neuro_300.
with interval as (
    select
        result.patient_id, result.analyte, result.value, result.comparator, result.finding, result.collected_at, result.collected_on,
        result.value_reported, result.unit_reported, result.reference_low, result.reference_high, result.is_unit_code_disagree,
        case when result.is_in_conflict then result.result_id end as conflicting_id, result.source, result.file, result.line, result.performing_lab, result.unit,
        coalesce(local.band_id, 'general') as band_id, coalesce(local.neuro_300_band_id, 'general') as neuro_300_band_id,
        coalesce(local.is_of_other_date, false) as is_of_other_date,
        case when result.comparator in ('=', '>', '>=') then result.value end as low, result.comparator in ('=', '>=') as low_included,
        case when result.comparator in ('=', '<', '<=') then result.value end as high, result.comparator in ('=', '<=') as high_included
    from clinical.result_version as result
    left join clinical.local_result as local
        on local.source = result.source and local.sha256 = result.sha256 and local.line = result.line and local.place = result.place
        and local.delivered_patient_id = result.delivered_patient_id and local.analyte = result.analyte
        and local.result_id is not distinct from result.result_id
    where result.fate = 'usable'
),

censored as (
    select first.*, second.answer as other_answer, second.low as other_low, second.low_included as other_low_included,
        second.high as other_high, second.high_included as other_high_included
    from protocol.band as first
    left join protocol.band as second
        on second.fact = first.fact and second.band_id = first.band_id and not second.is_tile and second.position = 1
    where not first.is_tile and first.position = 0 and first.fact <> 'neuro_300'
)

select interval.* exclude (low_included, high, high_included),
    coalesce(
        tile.answer,
        case
            when lies_within(interval.low, interval.low_included, interval.high, interval.high_included, censored.low, censored.low_included, censored.high, censored.high_included)
                then censored.answer
            when lies_within(
                interval.low, interval.low_included, interval.high, interval.high_included,
                censored.other_low, censored.other_low_included, censored.other_high, censored.other_high_included
            ) then censored.other_answer
        end,
        interval.finding
    ) as word
from interval
left join protocol.band as tile
    on tile.is_tile and tile.analyte = interval.analyte and tile.band_id = interval.band_id and tile.fact <> 'neuro_300'
    and lies_within(interval.low, interval.low_included, interval.high, interval.high_included, tile.low, tile.low_included, tile.high, tile.high_included)
left join censored on censored.analyte = interval.analyte and censored.band_id = interval.band_id and interval.value is not null
