-- One row per analyte with new, accepted results in numbers: how many lie outside its hard limits. It should be none.
-- The ingest rejects such results; this says that it did. Held rows without a value and qualitative
-- results are left out, and retractions, of whose value the ingest asks nothing.
select
    lab_result.analyte,
    count(*) as results,
    count(*) filter (
        lab_result.value < cast(analyte.hard_low as decimal(18, 10)) or lab_result.value > cast(analyte.hard_high as decimal(18, 10))
    ) as results_outside
from lake.lab_result
join protocol.analyte on analyte.analyte = lab_result.analyte and analyte.kind = 'quantity'
anti join lake.published_delivery
    on published_delivery.source = lab_result.source and published_delivery.sha256 = lab_result.sha256
where lab_result.value is not null and lab_result.status <> 'retracted'
group by lab_result.analyte
