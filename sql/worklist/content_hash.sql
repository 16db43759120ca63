-- One row per patient on the worklist that was just published: a hash of all of worklist.tonight that is compared with the item, but the site.
-- Rows of the same hash are the same there; the other way round, two hashes may stand for one content, such as alerts in another order.
-- Ages within the reason and the evidence grow every night and do not count. Missing: nothing, where a text begins with =. No text holds chr(0).
select
    worklist.patient_id,
    md5(concat_ws(
        chr(0), coalesce('=' || worklist.priority, ''), coalesce('=' || worklist.next_step, ''), coalesce('=' || worklist.rule, ''), coalesce('=' || without_ages(worklist.reason), ''), coalesce('=' || worklist.cites, ''),
        coalesce('=' || without_ages(worklist.evidence), ''),
        coalesce('=' || array_to_string(worklist.safety, '|'), ''), coalesce('=' || array_to_string(worklist.flags, '|'), ''),
        coalesce('=' || array_to_string(worklist.cohorts, '|'), ''), coalesce('=' || worklist.cause, ''), coalesce('=' || worklist.waiting_since, ''),
        coalesce('=' || worklist.b12, ''), coalesce('=' || worklist.b12_reported, ''), coalesce('=' || worklist.b12_on, ''),
        coalesce('=' || worklist.b12_source, ''), coalesce('=' || worklist.active_b12, ''), coalesce('=' || worklist.active_b12_on, ''),
        coalesce('=' || worklist.mma, ''), coalesce('=' || worklist.mma_reported, ''), coalesce('=' || worklist.mma_on, ''),
        coalesce('=' || worklist.homocysteine, ''), coalesce('=' || worklist.homocysteine_value, ''), coalesce('=' || worklist.neuro, ''),
        coalesce('=' || worklist.neuro_on, ''), coalesce('=' || worklist.malabsorption, ''), coalesce('=' || worklist.monitoring, ''),
        coalesce('=' || listed.deciding_test, ''), coalesce('=' || listed.deciding_value, ''), coalesce('=' || listed.deciding_reported, ''), coalesce('=' || listed.deciding_on, ''),
        coalesce('=' || listed.reference_low, ''), coalesce('=' || listed.reference_high, ''),
        coalesce('=' || listed.born_on, ''), coalesce('=' || listed.born_latest_on, ''), coalesce('=' || listed.sex, '')
    )) as content_hash
from worklist.published as worklist
left join worklist.listed_patient as listed on listed.patient_id = worklist.patient_id
