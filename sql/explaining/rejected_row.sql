-- One row per rejected row of the lake, with what would make it acceptable.
-- A reason that the protocol does not list has no remedy.
select rejected_row.*, rejection.remedy
from lake.rejected_row
left join protocol.rejection on rejection.reason = rejected_row.rejected_because
