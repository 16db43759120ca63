-- One row per laboratory and unit with usable total B12 results of the last months (lab_window_months): how many, how they are
-- spread, in pg/mL, and the median against that of the laboratory's other units and of everything. A unit that stands 0.738 or 1.355
-- beside the laboratory's others is mislabelled: both convert into pg/mL.
-- is_suspected_mix_up: by the rule of the gate, reporting.lab_b12_shift, with the other units in place of the earlier results.
-- Which results: bucket.recent_b12. share_low: below the band low. A laboratory with one unit has no other to be held against: null; so
-- have fewer than comparable_results on either side, as their median is not reliable.
with spread as (
    select
        performing_lab, unit, count(*) as results, quantile_cont(value, [0.05, 0.25, 0.5, 0.75, 0.95]) as quantiles,
        avg(case when is_low then 1.0 else 0.0 end) as share_low
    from bucket.recent_b12
    group by performing_lab, unit
),

beside as (
    select spread.performing_lab, spread.unit, count(*) as results, quantile_cont(recent.value, [0.25, 0.5, 0.75]) as quartiles
    from spread
    join bucket.recent_b12 as recent on recent.performing_lab = spread.performing_lab and recent.unit <> spread.unit
    group by spread.performing_lab, spread.unit
),

overall as (
    select median(value) as median_all from bucket.recent_b12
)

select
    spread.performing_lab, spread.unit, spread.results,
    round(spread.quantiles[1], 1) as p5, round(spread.quantiles[2], 1) as p25, round(spread.quantiles[3], 1) as median,
    round(spread.quantiles[4], 1) as p75, round(spread.quantiles[5], 1) as p95,
    round(cast(spread.share_low as double), 4) as share_low,
    round(beside.quartiles[2], 1) as median_other_units,
    case when least(spread.results, beside.results) >= quality_setting.comparable_results
        then round(spread.quantiles[3] / beside.quartiles[2], 3) end as ratio_to_other_units,
    case when least(spread.results, beside.results) >= quality_setting.comparable_results
        then is_moved_by_factor(ln(spread.quantiles[3] / beside.quartiles[2]), molar.factor, quality_setting.mix_up_tolerance)
            and abs(ln(spread.quantiles[3] / beside.quartiles[2])) >= quality_setting.sure_standard_errors
                * median_difference_error(ln(beside.quartiles[1]), ln(beside.quartiles[3]), spread.results, beside.results)
    end as is_suspected_mix_up,
    round(overall.median_all, 1) as median_all,
    case when spread.results >= quality_setting.comparable_results then round(spread.quantiles[3] / overall.median_all, 3) end
        as ratio_to_all
from spread
cross join overall
cross join protocol.quality_setting
cross join (select factor from protocol.unit where analyte = 'total_b12' and unit = 'pmol/L') as molar
left join beside on beside.performing_lab = spread.performing_lab and beside.unit = spread.unit
