-- One row per laboratory, unit and new file with total B12 (and one for all new files together, where there are several; of a small
-- laboratory, one for its last files together): its median against that of the laboratory's own earlier results. It finds the
-- mislabelled unit: pmol/L printed as pg/mL reads 0.738 of what it was, pg/mL printed as pmol/L 1.355. Both look like plausible results, one
-- by one.
--
-- is_unit_mix_up: it moved by the factor between the two units (mix_up_tolerance), by more than chance explains (sure_standard_errors).
-- is_shifted: as sure, by more than shift_ratio, and not explained by a unit. The standard error is from the spread of the earlier
-- results, because a new file that is half wrong would hide behind its own. verdict says the same in a word.
--
-- Missing: as in reporting.lab_b12_median. Fewer than comparable_results on either side: both answers are null, as there is
-- nothing to compare.
with compared as (
    select
        arrived.performing_lab, arrived.unit, arrived.file, arrived.results as n_new, arrived.ln_median as ln_new,
        coalesce(earlier.results, 0) as n_history, earlier.ln_median as ln_history,
        arrived.ln_median - earlier.ln_median as ln_ratio,
        median_difference_error(earlier.ln_quartile_1, earlier.ln_quartile_3, arrived.results, earlier.results) as standard_error
    from reporting.lab_b12_median as arrived
    left join reporting.lab_b12_median as earlier
        on earlier.part = case arrived.part when 'new' then 'earlier' else 'before' end and earlier.performing_lab = arrived.performing_lab
    where arrived.part in ('new', 'recent')
),

judged as (
    select
        compared.*,
        least(n_new, n_history) >= quality_setting.comparable_results as is_comparable,
        is_moved_by_factor(ln_ratio, molar.factor, quality_setting.mix_up_tolerance) as is_moved_by_unit,
        abs(ln_ratio) >= quality_setting.sure_standard_errors * standard_error as is_sure,
        abs(ln_ratio) > ln(quality_setting.shift_ratio) as is_far
    from compared
    cross join protocol.quality_setting
    cross join (select factor from protocol.unit where analyte = 'total_b12' and unit = 'pmol/L') as molar
)

select
    performing_lab, unit, file, n_new, round(exp(ln_new), 1) as median_new, n_history, round(exp(ln_history), 1) as median_history,
    round(exp(ln_ratio), 3) as ratio,
    case when is_comparable then is_moved_by_unit and is_sure end as is_unit_mix_up,
    case when is_comparable then not is_moved_by_unit and is_sure and is_far end as is_shifted,
    case
        when not is_comparable then 'too_few'
        when is_moved_by_unit and is_sure then 'unit_mix_up'
        when not is_moved_by_unit and is_sure and is_far then 'shifted'
        else 'as_before'
    end as verdict
from judged
