-- One row per patient for whom worklist.night may say anything but kept: new on the worklist, on it with another content than the item was
-- compared with last, or moved, back on it, due (a snooze that is over, a recheck), gone from it, or merged, or merged no more.
-- Every other item stays as it is, and nothing more of it is read. Missing: an item without a hash is compared.
select coalesce(item.patient_id, listed.patient_id) as patient_id, listed.patient_id is not null as is_listed
from worklist.item
full join worklist.content_hash as listed on listed.patient_id = item.patient_id
cross join worklist.run
cross join protocol.setting
left join worklist.moved on moved.patient_id = item.patient_id
left join clinical.merged_patient on merged_patient.patient_id = item.patient_id
where case
    when item.patient_id is null then true
    when listed.patient_id is not null then
        item.status in ('off_list', 'resolved', 'withdrawn', 'excluded', 'merged')
        or item.content_hash is distinct from listed.content_hash or moved.patient_id is not null
        or (item.status = 'snoozed' and item.snoozed_until <= run.as_of)
        or (item.status = 'done' and item.status_on + setting.done_recheck_days <= run.as_of)
    when merged_patient.patient_id is not null then item.status <> 'merged'
    else item.status not in ('off_list', 'resolved', 'withdrawn', 'excluded')
end
