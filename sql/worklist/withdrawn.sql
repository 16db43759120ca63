-- One row per item of worklist.candidate whose deciding result its source took back: the result and its fate.
-- The result that an item rests on is found again by its day and by its text as reported (active B12: by its day). One that was
-- taken back and sent again under another id still stands.
select item.patient_id, string_agg(distinct result_version.analyte || ' of ' || result_version.collected_on, ', ') as results
from worklist.item_content as item
join clinical.result_version
    on result_version.patient_id = item.patient_id and result_version.fate in ('retracted', 'withdrawn')
    and case result_version.analyte
        when 'total_b12' then result_version.collected_on = item.b12_on
            and trim(result_version.value_reported || ' ' || coalesce(result_version.unit_reported, '')) = trim(item.b12_reported)
        when 'mma' then result_version.collected_on = item.mma_on
            and trim(result_version.value_reported || ' ' || coalesce(result_version.unit_reported, '')) = trim(item.mma_reported)
        when 'active_b12' then result_version.collected_on = item.active_b12_on
    end
anti join clinical.result_version as standing
    on standing.patient_id = result_version.patient_id and standing.fate = 'usable' and standing.analyte = result_version.analyte
    and standing.collected_on = result_version.collected_on and standing.value_reported is not distinct from result_version.value_reported
    and standing.unit_reported is not distinct from result_version.unit_reported
group by item.patient_id
