-- One row per site: its patients, those in scope, those on the worklist by priority, those with low B12, how long the worklist
-- waits, and how many of those in scope were tested recently (within the protocol's tested_months).
-- A patient without a site is counted under "(not recorded)". Patients without a waiting date are left out of the median.
with waiting as (
    select site, median(days) as median_waiting_days
    from (select site, days, unnest(range(patients)) from bucket.site_waiting)
    group by site
),

counted as (
    select
        site, sum(patients) as patients, sum(in_scope) as in_scope, sum(worklist) as worklist, sum(priority_1) as priority_1,
        sum(priority_2) as priority_2, sum(priority_3) as priority_3, sum(priority_4) as priority_4, sum(low_b12) as low_b12,
        sum(tested_recently) as tested_recently
    from bucket.site_count
    group by site
)

select
    counted.site, cast(patients as bigint) as patients, cast(in_scope as bigint) as in_scope, cast(worklist as bigint) as worklist,
    cast(priority_1 as bigint) as priority_1, cast(priority_2 as bigint) as priority_2, cast(priority_3 as bigint) as priority_3,
    cast(priority_4 as bigint) as priority_4, cast(low_b12 as bigint) as low_b12, waiting.median_waiting_days,
    cast(tested_recently as bigint) as tested_recently
from counted
left join waiting on waiting.site = counted.site
