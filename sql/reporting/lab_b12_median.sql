-- One row per laboratory, unit and new file with total B12 (and one for all new files together, where there are several), and one per
-- laboratory for its earlier results in any unit: how many, their median, and the quartiles; logarithms of pg/mL.
-- part: new, or earlier. Of a laboratory with few new results, besides: recent, its last files (reporting.recent_lab_file), and before, all
-- that came before those. So a small laboratory is judged across nights.
-- Medians of logarithms: B12 is skewed and has a long upper tail; one result of 100000 must not matter.
-- Each file is also compared by itself, so that an error in one file is not averaged out.
--
-- Missing: as in reporting.measured_b12. New results count only while usable, so that a corrected delivery opens the gate again; earlier
-- ones also when superseded, so that a laboratory that resends everything with a wrong unit still has a history to compare with.
select
    'new' as part, performing_lab, unit,
    case when grouping(sha256) = 0 then any_value(file) else 'all ' || count(distinct sha256) || ' new files' end as file,
    count(*) as results, median(ln_value) as ln_median,
    quantile_cont(ln_value, 0.25) as ln_quartile_1, quantile_cont(ln_value, 0.75) as ln_quartile_3
from reporting.measured_b12 as measured
where is_new and fate = 'usable'
group by grouping sets ((performing_lab, unit, sha256), (performing_lab, unit))
having grouping(sha256) = 0 or count(distinct sha256) > 1
union all
select
    'recent', measured.performing_lab, measured.unit, 'the last ' || count(distinct measured.sha256) || ' files', count(*), median(measured.ln_value),
    quantile_cont(measured.ln_value, 0.25), quantile_cont(measured.ln_value, 0.75)
from reporting.measured_b12 as measured
join reporting.recent_lab_file as recent on recent.performing_lab = measured.performing_lab and recent.sha256 = measured.sha256
where measured.fate = 'usable'
group by measured.performing_lab, measured.unit
union all
select
    'before', measured.performing_lab, null, null, count(*), median(measured.ln_value), quantile_cont(measured.ln_value, 0.25),
    quantile_cont(measured.ln_value, 0.75)
from reporting.measured_b12 as measured
semi join reporting.recent_lab_file as recent on recent.performing_lab = measured.performing_lab
anti join reporting.recent_lab_file as last on last.performing_lab = measured.performing_lab and last.sha256 = measured.sha256
group by measured.performing_lab
union all
select
    'earlier', performing_lab, null, null, count(*), median(ln_value), quantile_cont(ln_value, 0.25), quantile_cont(ln_value, 0.75)
from reporting.measured_b12 as measured
where not is_new
group by performing_lab
