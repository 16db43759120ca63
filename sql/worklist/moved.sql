-- One row per patient with an item whose site, or whether they opted out, or the id that theirs is merged into, is another than the item says.
-- No site recorded: null. An id that is merged belongs where that patient does, and opts out with them. Also those whom the night makes an
-- item for, as another id was merged into theirs. A patient who is not in the run stays as they were.
select
    patient_site.patient_id, patient_site.site, coalesce(patient_site.is_opted_out, false) as is_opted_out, patient_site.merged_into
from worklist.patient_site
left join worklist.item on item.patient_id = patient_site.patient_id
where case
    when item.patient_id is null then patient_site.patient_id in (select surviving_id from clinical.merged_patient)
    else row(item.site, item.is_opted_out, item.merged_into)
        is distinct from row(patient_site.site, coalesce(patient_site.is_opted_out, false), patient_site.merged_into)
end
