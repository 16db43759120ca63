-- One row per site, dimension of summary.json and name in it: how many patients, as of bucket.answer_count.
select site, dimension, name, cast(sum(patients) as bigint) as patients
from bucket.answer_count
group by all
