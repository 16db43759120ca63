-- One row per block of 1,024 records of a CSV file: by how many lines the first record of the block
-- stands below its place among the records. A block before the first blank, ragged or broken line
-- has none. `landing.record_shift` holds the blocks in which it changes.
select block.block, line_shift.shift
from (select range as block from range((select count(*) // 1024 + 1 from landing.raw))) as block
asof left join landing.line_shift on block.block * 1024 >= line_shift.record
