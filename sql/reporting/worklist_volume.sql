-- One row: the length of the worklist against the median of the runs published before, up to volume_runs of them.
-- With fewer than volume_runs_needed runs, or a short median (volume_median_needed), no ratio is computed.
with numbered as (
    select worklist, row_number() over (order by run_id desc) as age from lake.published_run
),

before as (
    select count(*) as runs, median(numbered.worklist) as median_before
    from numbered
    join protocol.quality_setting on numbered.age <= quality_setting.volume_runs
)

select
    worklist.worklist, before.runs, before.median_before,
    case when before.runs >= quality_setting.volume_runs_needed and before.median_before >= quality_setting.volume_median_needed then round(worklist.worklist / before.median_before, 3) end as ratio
from (select count(*) as worklist from screening.worklist) as worklist
cross join before
cross join protocol.quality_setting
