-- One row per usable lab result, with its interval and its word: that of its band (null: crosses an edge and cannot decide), or what a
-- test in words found. conflicting_id: its id, where another row of the id has another value and nothing says which is newer.
-- A censored result is an interval; a band holds it only when the whole interval lies in the band.
with interval as (
    select
        patient_id, analyte, value, comparator, finding, collected_at, collected_on,
        value_reported, unit_reported, reference_low, reference_high, is_unit_code_disagree, case when is_in_conflict then result_id end as conflicting_id, source, file, line, performing_lab, unit,
        case when comparator in ('=', '>', '>=') then value end as low, comparator in ('=', '>=') as low_included,
        case when comparator in ('=', '<', '<=') then value end as high, comparator in ('=', '<=') as high_included
    from clinical.result_version
    where fate = 'usable'
)

select interval.* exclude (low_included, high, high_included), coalesce(tile.answer, censored.answer, interval.finding) as word
from interval
left join protocol.band as tile
    on tile.is_tile and tile.analyte = interval.analyte and tile.fact <> 'neuro_300'
    and (tile.low is null or interval.low > tile.low or (interval.low = tile.low and (tile.low_included or not interval.low_included)))
    and (tile.high is null or interval.high < tile.high or (interval.high = tile.high and (tile.high_included or not interval.high_included)))
left join protocol.band as censored
    on not censored.is_tile and censored.fact = 'b12' and interval.analyte = 'total_b12' and tile.answer is null
    and censored.position = case
        when interval.high < (select high from protocol.band where not is_tile and fact = 'b12' and position = 0)
            or (interval.high = (select high from protocol.band where not is_tile and fact = 'b12' and position = 0) and not interval.high_included)
        then 0 else 1 end
