-- One row per laboratory, unit and new file with total B12 (and one for all new files together, where there are several):
-- its median against that of the laboratory's own earlier results. It finds the mislabelled unit: pmol/L printed as pg/mL
-- reads 0.738 of what it was, pg/mL printed as pmol/L 1.355. Both look like plausible results, one by one.
--
-- Values are in pg/mL, converted by the unit that was reported, so an honest change of unit does not shift the median.
-- Medians of logarithms: B12 is skewed and has a long upper tail; one result of 100000 must not matter.
-- A file by itself, because a laboratory that errs on Monday and not on Tuesday is not to be averaged into innocence.
-- is_unit_mix_up: within 12 % of either factor, and at least 3 standard errors from no shift at all. The standard error of a
-- median is 1.2533 s / sqrt(n); s is from the interquartile range of the history (/ 1.349), because a new file that is
-- half wrong would hide behind its own spread. is_shifted: as sure, by more than 25 %, and not explained by a unit.
--
-- Missing: a result without a laboratory counts for one named by its source. Censored results, and results that were
-- retracted, are left out. New ones count only while usable, so that a corrected delivery opens the gate again; earlier ones
-- also when superseded, or a laboratory that sends everything anew, mislabelled, would have no history to be held against.
-- Fewer than 10 on either side: both answers are null, as there is nothing to compare.
with measured as (
    select
        coalesce(result_version.performing_lab, 'the laboratory of ' || result_version.source) as performing_lab,
        result_version.unit, result_version.sha256, result_version.file,
        ln(cast(result_version.value as double)) as ln_value,
        published_delivery.sha256 is null as is_new,
        result_version.fate
    from clinical.result_version
    left join lake.published_delivery
        on published_delivery.source = result_version.source and published_delivery.sha256 = result_version.sha256
    where result_version.analyte = 'total_b12' and result_version.comparator = '=' and result_version.value > 0
        and result_version.fate in ('usable', 'superseded', 'held', 'after_as_of')
),

arrived as (
    select
        performing_lab, unit,
        case when grouping(sha256) = 0 then any_value(file) else 'all ' || count(distinct sha256) || ' new files' end as file,
        count(*) as n_new,
        median(ln_value) as ln_new
    from measured
    where is_new and fate = 'usable'
    group by grouping sets ((performing_lab, unit, sha256), (performing_lab, unit))
    having grouping(sha256) = 0 or count(distinct sha256) > 1
),

history as (
    select
        performing_lab,
        count(*) as n_history,
        median(ln_value) as ln_history,
        (quantile_cont(ln_value, 0.75) - quantile_cont(ln_value, 0.25)) / 1.349 as spread
    from measured
    where not is_new
    group by performing_lab
),

compared as (
    select
        arrived.performing_lab, arrived.unit, arrived.file, arrived.n_new, arrived.ln_new,
        coalesce(history.n_history, 0) as n_history, history.ln_history,
        arrived.ln_new - history.ln_history as ln_ratio,
        1.2533 * history.spread * sqrt(1 / arrived.n_new + 1 / history.n_history) as standard_error,
        arrived.n_new >= 10 and history.n_history >= 10 as is_comparable,
        ln(cast(molar.factor as double)) as ln_factor
    from arrived
    cross join (select factor from protocol.unit where analyte = 'total_b12' and unit = 'pmol/L') as molar
    left join history on history.performing_lab = arrived.performing_lab
),

judged as (
    select
        *,
        abs(abs(ln_ratio) - ln_factor) <= ln(1.12) as is_near_a_factor,
        abs(ln_ratio) >= 3 * standard_error as is_sure
    from compared
)

select
    performing_lab, unit, file, n_new, round(exp(ln_new), 1) as median_new, n_history, round(exp(ln_history), 1) as median_history,
    round(exp(ln_ratio), 3) as ratio,
    case when is_comparable then is_near_a_factor and is_sure end as is_unit_mix_up,
    case when is_comparable then not is_near_a_factor and is_sure and abs(ln_ratio) > ln(1.25) end as is_shifted
from judged
