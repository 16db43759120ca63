-- One row per code of a MEDS delivery, as its metadata/codes.parquet describes it: a description,
-- and the LOINC code among its parents. Several rows of one code: any of their descriptions; a code
-- without a LOINC parent has none.
select
    code, any_value(description) as description,
    any_value(list_filter(parent_codes, lambda parent: starts_with(parent, 'LOINC/'))[1][7:]) as loinc
from landing.delivered_event_code
group by code
