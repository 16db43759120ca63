-- One row per file and server whose ids are those of the patients here, as fhir_base gives it. What the profile names; else the one server on
-- which the file's own Patients are; else the one to which its relative references lead; else the one that all its references name.
-- Where that is not one, none: ids of two servers are two people's.
with pointer as (
    select file, pointer from landing.fhir_record where pointer.key like 'Patient/%'
    union all
    select file, one as pointer from (select file, unnest(replaced) as one from landing.fhir_record) where one.key like 'Patient/%'
),

candidate as (
    select file, 1 as rank, fhir_base(full_url) as base
    from landing.fhir_record
    where kind = 'Patient' and not is_deleted and fhir_base(full_url) is not null
    union all
    select file, case when pointer.is_absolute then 3 else 2 end, pointer.base from pointer
),

likeliest as (
    select distinct file, base from candidate qualify rank = min(rank) over (partition by file)
)

select file, min(base) as base from likeliest
where (select base_urls from landing.fhir_option) is null
group by file
having count(*) = 1 and min(base) is not null
union
select file, unnest(base_urls) from (select distinct file from landing.fhir_record) cross join landing.fhir_option
