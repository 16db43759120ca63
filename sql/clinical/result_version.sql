-- One row per delivered lab result of an analyte that decides something, with what became of it: usable, or why not.
-- Source: protocol §1, Status and Corrections.
-- One result id: the latest reported wins; reported together, a retraction before a correction before a final result.
-- Another id under the same accession: a later correction supersedes, a later retraction withdraws; but a correction or
-- retraction that names a held result acts on that one alone. Results after the as-of date are not usable that night.
-- Without a time of report: a retraction comes last, a correction after every final result.
-- A record deleted by its source without saying whose it was takes back the rows of its id, and of its components (id#1, id#2).
with deleted as (
    select * from lake.lab_result where patient_id is null
),

owner as (
    select distinct lab_result.source, lab_result.patient_id, lab_result.result_id, deleted.result_id as deleted_id
    from lake.lab_result
    join deleted on deleted.source = lab_result.source and deleted.result_id = split_part(lab_result.result_id, '#', 1)
    where lab_result.patient_id is not null
),

delivered as (
    select * from lake.lab_result where patient_id is not null
    union all by name
    select owner.patient_id, owner.result_id, deleted.* exclude (patient_id, result_id)
    from deleted
    join owner on owner.source = deleted.source and owner.deleted_id = deleted.result_id
),

result as (
    select
        coalesce(merged_patient.surviving_id, lab_result.patient_id) as patient_id,
        lab_result.* exclude (patient_id), lab_result.patient_id as delivered_patient_id
    from delivered as lab_result
    left join clinical.merged_patient on merged_patient.patient_id = lab_result.patient_id
    where lab_result.analyte in ('total_b12', 'active_b12', 'mma', 'homocysteine', 'egfr', 'intrinsic_factor_antibody', 'gastrin')
        or lab_result.analyte is null
),

repeated as (
    select patient_id, source, result_id
    from result
    where result_id is not null
    group by all
    having count(*) > 1
),

dated as (
    select
        result.* exclude (reported_at),
        coalesce(
            result.reported_at,
            case result.status
                when 'retracted' then timestamptz 'infinity'
                when 'corrected' then max(result.reported_at) filter (result.status in ('final', 'held', 'finalised'))
                    over (partition by result.patient_id, result.source, result.result_id)
            end,
            timestamptz '1900-01-01'
        ) as reported_at
    from result
    join repeated using (patient_id, source, result_id)
),

version as (
    select
        dated.source, dated.file, dated.line, dated.place, dated.sha256,
        dated.status, dated.result_id, dated.patient_id, dated.value,
        row_number() over same_id as rank,
        max(case when dated.status in ('final', 'corrected', 'held') and (dated.value is not null or dated.finding is not null)
            then row(dated.reported_at, dated.row_key, dated.sha256, dated.line, dated.place) end)
            over (partition by dated.patient_id, dated.source, dated.result_id) as last_with_value,
        first_value(dated.status) over same_id as last_status
    from dated
    window same_id as (
        partition by dated.patient_id, dated.source, dated.result_id
        order by
            dated.reported_at desc,
            case dated.status when 'retracted' then 0 when 'corrected' then 1 when 'finalised' then 2 when 'final' then 3 else 4 end,
            case when dated.analyte = 'mma' then -dated.value else dated.value end nulls last,
            case dated.finding when 'positive' then 0 when 'indeterminate' then 1 else 2 end,
            dated.row_key, dated.file, dated.line, dated.sha256, dated.place
    )
),

fate as (
    select
        version.source, version.sha256, version.line, version.place, version.result_id,
        case
            when version.last_status = 'retracted' then 'retracted'
            when version.last_status = 'finalised' and version.last_with_value[3] = version.sha256
                and version.last_with_value[4] = version.line and version.last_with_value[5] = version.place and version.status = 'held' then 'finalised'
            when version.last_status = 'finalised' and version.last_with_value[3] = version.sha256
                and version.last_with_value[4] = version.line and version.last_with_value[5] = version.place then 'usable'
            when version.rank > 1 or version.last_status = 'finalised' then 'superseded'
        end as fate
    from version
),

-- corrections and retractions that name no other row by their own id act on the whole accession
acting as (
    select result.patient_id, result.accession_id, result.analyte, result.status, result.result_id, result.source,
        coalesce(result.reported_at, timestamptz 'infinity') as acted_at
    from result
    anti join repeated
        on repeated.patient_id = result.patient_id and repeated.source = result.source and repeated.result_id = result.result_id
    where result.status in ('corrected', 'retracted') and result.accession_id is not null
),

acted_upon as (
    select result.source, result.sha256, result.line, result.place, result.result_id,
        case when bool_or(acting.status = 'retracted') then 'withdrawn' else 'superseded' end as fate
    from (
        select patient_id, source, sha256, line, place, accession_id, analyte, result_id, status,
            coalesce(reported_at, case when status = 'corrected' then timestamptz 'infinity' end, collected_at) as reported_at
        from result
        where accession_id is not null
    ) as result
    join acting
        on acting.patient_id = result.patient_id and acting.accession_id = result.accession_id
        and (acting.analyte = result.analyte or acting.analyte is null)
        and acting.result_id is distinct from result.result_id
    where result.reported_at < acting.acted_at
        or (result.reported_at is not distinct from acting.acted_at and result.status in ('final', 'held'))
    group by all
)

select
    result.*,
    case
        when coalesce(fate.fate, '') = 'retracted' or result.status = 'retracted' then 'retracted'
        when acted_upon.fate is not null then acted_upon.fate
        when result.status = 'finalised' then 'finalised'
        when fate.fate = 'superseded' then 'superseded'
        when result.status = 'held' and coalesce(fate.fate, '') <> 'finalised' then 'held'
        when result.value is null and result.finding is null then 'without_value'
        when result.collected_on > run.as_of then 'after_as_of'
        else 'usable'
    end as fate
from result
cross join protocol.run
left join fate
    on fate.source = result.source and fate.sha256 = result.sha256 and fate.line = result.line and fate.place = result.place
    and fate.result_id is not distinct from result.result_id
left join acted_upon
    on acted_upon.source = result.source and acted_upon.sha256 = result.sha256 and acted_upon.line = result.line
    and acted_upon.place = result.place and acted_upon.result_id is not distinct from result.result_id
