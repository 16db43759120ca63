-- One row per patient with an item whose site, or whether they opted out, is another than the item says. No site recorded: null.
-- Also those whom the night makes an item for, as another id was merged into theirs. A patient who is not in the run stays as they were.
select patient_site.patient_id, patient_site.site, coalesce(patient_site.is_opted_out, false) as is_opted_out
from worklist.patient_site
left join worklist.item on item.patient_id = patient_site.patient_id
where case
    when item.patient_id is null then patient_site.patient_id in (select surviving_id from clinical.merged_patient)
    else row(item.site, item.is_opted_out) is distinct from row(patient_site.site, coalesce(patient_site.is_opted_out, false))
end
