-- One row: the length of the worklist against the median of up to 14 runs published before.
-- Without 3 of them, or when they were short (a median under 50 doubles by chance), there is no ratio.
with before as (
    select count(*) as runs, median(worklist) as median_before
    from (select worklist from lake.published_run order by run_id desc limit 14)
)

select
    worklist.worklist, before.runs, before.median_before,
    case when before.runs >= 3 and before.median_before >= 50 then round(worklist.worklist / before.median_before, 3) end as ratio
from (select count(*) as worklist from screening.worklist) as worklist
cross join before
