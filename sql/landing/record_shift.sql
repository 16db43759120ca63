-- One row per record of each block of 1,024 in which the shift of `landing.line_shift` changes: by
-- how many lines the record stands below its place. Only such blocks are looked at record by
-- record: an ASOF join of all records would sort the whole file.
with record as (
    select block.block * 1024 + place.range as record
    from (select distinct record // 1024 as block from landing.line_shift) as block,
        range(1024) as place
)

select record.record, line_shift.shift
from record
asof left join landing.line_shift on record.record >= line_shift.record
