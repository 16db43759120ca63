-- One row per laboratory and file of its last files, of a laboratory whose new files together have fewer than recent_results usable total
-- B12 results: as many files as are needed to have as many, the new ones first, then the latest received.
-- A laboratory of which these are all the files has no row: there is nothing earlier to compare them with.
with file as (
    select performing_lab, sha256, bool_or(is_new) as is_new, max(received_at) as received_at, count(*) as results
    from reporting.measured_b12
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
)

select performing_lab, sha256
from late
qualify sum(results) over (partition by performing_lab) < any_value(all_results) over (partition by performing_lab)
