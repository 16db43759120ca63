-- One row per message a laboratory sends: a result's story is a list of statuses, each a message of its own.
-- A correction keeps the result id, an amendment has a new one under the same accession, a retraction repeats what it
-- retracts; the value of a later message differs by 4 %.
-- Above and below what the instrument can say, a censored value is printed (2000, in pmol/L 1476; Harbour also below 150).
with
told as (
    select
        *,
        u(n, visit, analyte || ' story') as story,
        case
            when days_ago < 6 then ['final']
            when story < 0.002 then ['cancelled']
            when story < 0.005 then ['preliminary']
            when story < 0.010 then ['preliminary', 'final']
            when story < 0.013 then ['final', 'corrected']
            when story < 0.015 then ['final', 'amended']
            when story < 0.017 then ['final', 'entered-in-error']
            else ['final']
        end as statuses,
    from result
),

message as (
    select
        *,
        unnest(statuses) as status,
        unnest(range(len(statuses))) as step,
        number * case when step = 1 and status != 'entered-in-error' then 1.04 else 1 end as reported_number,
        case unit when 'pmol/L' then 1476 else 2000 end as ceiling,
        u(n, visit, analyte || ' wording') as wording,
    from told
)

select
    *,
    printf('R%07d-%02d-%s', n, visit, analyte) || case when status = 'amended' then '-A' else '' end as result_id,
    case
        when status = 'cancelled' then null
        when analyte = 'intrinsic_factor'
            then case
                when has_pernicious_anaemia and wording < 0.65 then 'positive'
                when wording > 0.98 then 'Equivocal'
                when wording > 0.7 then 'Negative'
                else 'negative'
            end
        when analyte = 'comment' then 'Sample slightly haemolysed, result "indicative" only'
        when analyte = 'b12_order' then 'ordered'
        when analyte = 'local_test' then '7'
        when analyte = 'b12' and reported_number > ceiling and wording < 0.02 then 'GREATER THAN ' || ceiling
        when analyte = 'b12' and reported_number > ceiling then '>' || ceiling
        when analyte = 'b12' and lab = 'Demo Lab Harbour' and reported_number < 150 then '<150'
        when analyte = 'b12' and lab = 'Demo Lab West' and reported_number < 200 and wording < 0.15 then '<200'
        when analyte = 'b12' and lab = 'Demo Lab West' and reported_number < 400 and wording < 0.002 then '<400'
        when analyte = 'mma' and unit = 'nmol/L' and reported_number < 90 then '<90'
        when analyte = 'egfr' and lab = 'Demo Lab North' and reported_number > 90 then '>90'
        when analyte = 'gastrin' and reported_number > 1000 then '>1000'
        else printed(reported_number, decimals)
    end as value,
    days_before(days_ago) + to_minutes(whole(420 + 560 * u(n, visit, 'time'))) as collected_at,
    collected_at + to_minutes(whole(90 + 1500 * u(n, visit, analyte || ' delay'))) + to_days(cast(step * 2 as integer)) as reported_at,
from message
