-- One row per laboratory, unit and new file with total B12 (and one for all new files together, where there are several), and one per
-- laboratory for its earlier results in any unit: how many, their median, and the quartiles; logarithms of pg/mL.
-- part: new, or earlier. New: the last published run did not contain the file.
-- Values are converted by the unit that was reported, so an honest change of unit does not shift the median.
-- Medians of logarithms: B12 is skewed and has a long upper tail; one result of 100000 must not matter.
-- Each file is also compared by itself, so that an error in one file is not averaged out.
--
-- Missing: a result without a laboratory counts for one named by its source. Censored results, and results that were
-- retracted, are left out. New ones count only while usable, so that a corrected delivery opens the gate again; earlier ones
-- also when superseded, so that a laboratory that resends everything with a wrong unit still has a history to compare with.
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
)

select
    'new' as part, performing_lab, unit,
    case when grouping(sha256) = 0 then any_value(file) else 'all ' || count(distinct sha256) || ' new files' end as file,
    count(*) as results, median(ln_value) as ln_median,
    quantile_cont(ln_value, 0.25) as ln_quartile_1, quantile_cont(ln_value, 0.75) as ln_quartile_3
from measured
where is_new and fate = 'usable'
group by grouping sets ((performing_lab, unit, sha256), (performing_lab, unit))
having grouping(sha256) = 0 or count(distinct sha256) > 1
union all
select
    'earlier', performing_lab, null, null, count(*), median(ln_value), quantile_cont(ln_value, 0.25), quantile_cont(ln_value, 0.75)
from measured
where not is_new
group by performing_lab
