-- One row per server whose ids are those of the patients here, as fhir_base gives it. What the profile names; else the one server on
-- which the file's own Patients are; else the one to which its relative references lead; else the one that all its references name.
-- Where that is not one, none: ids of two servers are two people's.
with pointer as (
    select pointer from landing.fhir_record where pointer.key like 'Patient/%'
    union all
    select one as pointer from (select unnest(replaced) as one from landing.fhir_record) where one.key like 'Patient/%'
),

candidate as (
    select 1 as rank, fhir_base(full_url) as base
    from landing.fhir_record
    where kind = 'Patient' and not is_deleted and fhir_base(full_url) is not null
    union all
    select case when pointer.is_absolute then 3 else 2 end, pointer.base from pointer
),

likeliest as (
    select distinct base from candidate where rank = (select min(rank) from candidate)
)

select base from likeliest
where base is not null and (select count(*) from likeliest) = 1 and (select base_urls from landing.fhir_option) is null
union
select unnest(base_urls) from landing.fhir_option
