-- One row per unmapped local code, unit or status word of a source: in how many files it stands, and the days (UTC) on which the first and
-- the last of them were received. A file that was delivered twice counts once, from its first to its last receipt.
with in_file as (
    select source, sha256, entity, 'code' as kind, code_system, coalesce(code, name) as delivered
    from lake.unmapped_code
    where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
    union
    select source, sha256, entity, 'status', null, code from lake.unmapped_code where skipped_because = 'unknown_status'
    union
    select source, sha256, 'lab_result', 'unit', null, unit from lake.rejected_row where rejected_because = 'unknown_unit'
),

received as (
    select source, sha256, min(received_at) as first_at, max(received_at) as last_at
    from lake.delivery
    where refused is null
    group by source, sha256
)

select in_file.source, in_file.entity, in_file.kind, in_file.code_system, in_file.delivered, count(*) as files,
    cast(timezone('UTC', min(received.first_at)) as date) as first_on, cast(timezone('UTC', max(received.last_at)) as date) as last_on
from in_file
left join received on received.source = in_file.source and received.sha256 = in_file.sha256
group by in_file.source, in_file.entity, in_file.kind, in_file.code_system, in_file.delivered
