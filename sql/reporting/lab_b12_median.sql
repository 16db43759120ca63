-- One row per laboratory, unit and new file with total B12 (and one for all new files together, where there are several), and one per
-- laboratory for its earlier results in any unit: how many, their median, and the quartiles; logarithms of pg/mL.
-- part: new, or earlier. New: the last published run did not contain the file. Of a laboratory whose new files together have fewer than
-- recent_results, besides: recent, its last files as far back as needed to have as many, and before, all that came before those, where
-- there is anything before them. So a small laboratory is judged across nights.
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
        delivery.received_at,
        result_version.fate
    from clinical.result_version
    left join lake.delivery
        on delivery.source = result_version.source and delivery.sha256 = result_version.sha256 and delivery.refused is null
    left join lake.published_delivery
        on published_delivery.source = result_version.source and published_delivery.sha256 = result_version.sha256
    where result_version.analyte = 'total_b12' and result_version.comparator = '=' and result_version.value > 0
        and result_version.fate in ('usable', 'superseded', 'held', 'after_as_of')
),

file as (
    select performing_lab, sha256, bool_or(is_new) as is_new, max(received_at) as received_at, count(*) as results
    from measured
    where fate = 'usable'
    group by performing_lab, sha256
),

ordered as (
    select
        performing_lab, sha256, results,
        sum(results) over last_first - results as results_since,
        sum(results) over (partition by performing_lab) as all_results,
        sum(results) filter (is_new) over (partition by performing_lab) as new_results
    from file
    window last_first as (
        partition by performing_lab order by is_new desc, received_at desc nulls last, sha256 rows between unbounded preceding and current row
    )
),

late as (
    select ordered.performing_lab, ordered.sha256, ordered.all_results, ordered.results
    from ordered
    cross join protocol.quality_setting
    where ordered.new_results < quality_setting.recent_results and ordered.results_since < quality_setting.recent_results
),

recent as (
    select performing_lab, sha256
    from late
    qualify sum(results) over (partition by performing_lab) < any_value(all_results) over (partition by performing_lab)
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
    'recent', measured.performing_lab, measured.unit, 'the last ' || count(distinct measured.sha256) || ' files', count(*), median(measured.ln_value),
    quantile_cont(measured.ln_value, 0.25), quantile_cont(measured.ln_value, 0.75)
from measured
join recent on recent.performing_lab = measured.performing_lab and recent.sha256 = measured.sha256
where measured.fate = 'usable'
group by measured.performing_lab, measured.unit
union all
select
    'before', measured.performing_lab, null, null, count(*), median(measured.ln_value), quantile_cont(measured.ln_value, 0.25),
    quantile_cont(measured.ln_value, 0.75)
from measured
semi join recent on recent.performing_lab = measured.performing_lab
anti join recent as last on last.performing_lab = measured.performing_lab and last.sha256 = measured.sha256
group by measured.performing_lab
union all
select
    'earlier', performing_lab, null, null, count(*), median(ln_value), quantile_cont(ln_value, 0.25), quantile_cont(ln_value, 0.75)
from measured
where not is_new
group by performing_lab
