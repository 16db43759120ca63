-- One row per risk group and site, and one per risk group for all sites: patients in scope, how many of them had a usable total or
-- active B12 recently, and how many ever.
-- The risk groups: bucket.testing. A patient without a site stands under "(not recorded)"; "(all sites)" is the total.
-- Recently: within the protocol's tested_months, which stand beside it.
select
    risk_group,
    case when grouping(site) = 0 then site else '(all sites)' end as site,
    grouping(site) = 1 as is_total,
    cast(sum(patients) as bigint) as patients,
    cast(sum(tested_recently) as bigint) as tested_recently,
    cast(sum(tested_ever) as bigint) as tested_ever,
    round(sum(tested_recently) / sum(patients), 4) as share_recently,
    round(sum(tested_ever) / sum(patients), 4) as share_ever,
    any_value(setting.tested_months) as tested_months
from bucket.testing
cross join protocol.setting
group by grouping sets ((risk_group, site), (risk_group))
