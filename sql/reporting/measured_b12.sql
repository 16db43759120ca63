-- One row per total B12 result with which the gate compares medians, as of bucket.measured_b12.
-- is_new: the last published run did not contain the file.
select
    measured.performing_lab, measured.unit, measured.sha256, measured.file, measured.ln_value,
    published_delivery.sha256 is null as is_new,
    delivery.received_at,
    measured.fate
from bucket.measured_b12 as measured
left join lake.delivery on delivery.source = measured.source and delivery.sha256 = measured.sha256 and delivery.refused is null
left join lake.published_delivery on published_delivery.source = measured.source and published_delivery.sha256 = measured.sha256
