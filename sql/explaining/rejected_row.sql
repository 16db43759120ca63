-- One row per rejected row of the lake, and per cell that was left out of a row that went in (reason blanked, with its column), with what
-- would make it acceptable. Whose row it is stays in the lake. A reason that the protocol does not list has no remedy.
with listed as (
    select *, cast(null as varchar) as column_name from lake.rejected_row
    union all by name
    select *, 'blanked' as rejected_because from lake.blanked_cell
)

select listed.* exclude (patient_id, place), rejection.remedy
from listed
left join protocol.rejection on rejection.reason = listed.rejected_because
