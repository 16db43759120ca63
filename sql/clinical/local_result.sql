-- One row per usable lab result that fits a local row of a band, or would but for the day of collection.
-- Source: the protocol file, bands, local. band_id: the first row that fits, of the band that gives the word; neuro_300_band_id: of neuro_300; null: none fits, so
-- the general row judges. is_of_other_date: none fits, and one that names the laboratory, method or source would on another day.
-- Names are compared without regard to case and surrounding white space. A result without a laboratory or method fits no row that names one.
-- Age is in years at collection; of a birth known as a year or a month every day must give the same answer, and an unknown one gives none. Pregnant: what
-- a line of the pack's fact pregnancy chooses, begun by the day of collection and within the time of the line before it, if any of its days is.
with tried as (
    select distinct result_version.analyte, performing_lab, method, source
    from clinical.result_version
    semi join protocol.local_band on local_band.analyte = result_version.analyte
    where fate = 'usable'
),

named as (
    select tried.performing_lab, tried.method as tried_method, tried.source as tried_source, local_band.*
    from tried
    join protocol.local_band
        on local_band.analyte = tried.analyte
        and is_named(tried.performing_lab, local_band.laboratory) and is_named(tried.method, local_band.method) and is_named(tried.source, local_band.source)
),

pregnancy as (
    select finding.patient_id, finding.began_on, finding.latest_on, coalesce(line.within_months, 0) as months, coalesce(line.within_days, 0) as days
    from clinical.finding
    join protocol.pregnancy_line as line on line.concept = finding.concept and coalesce(line.entity, finding.entity) = finding.entity
),

candidate as (
    select
        result.source, result.sha256, result.line, result.place, result.delivered_patient_id, result.result_id, result.analyte,
        named.fact = 'neuro_300' as is_neuro_300, named.position, named.band_id as local_id,
        coalesce(named.laboratory, named.method, named.source) is not null as is_naming,
        result.collected_on >= coalesce(named.valid_from, result.collected_on) and result.collected_on <= coalesce(named.valid_to, result.collected_on) as is_of_date
    from clinical.result_version as result
    join named
        on named.analyte = result.analyte and named.performing_lab is not distinct from result.performing_lab
        and named.tried_method is not distinct from result.method and named.tried_source is not distinct from result.source
    left join clinical.demography as person on person.patient_id = result.patient_id
    where result.fate = 'usable'
        and (named.age_from is null or person.born_latest_on <= result.collected_on - to_years(named.age_from))
        and (named.age_below is null or person.born_on > result.collected_on - to_years(named.age_below))
        and (named.is_pregnant is null or exists (
            from pregnancy
            where pregnancy.patient_id = result.patient_id and result.collected_on >= pregnancy.began_on
                and pregnancy.latest_on >= cast(result.collected_on - to_months(pregnancy.months) - to_days(pregnancy.days) as date)
        ))
)

select
    source, sha256, line, place, delivered_patient_id, result_id, analyte,
    arg_min(local_id, position) filter (is_of_date and not is_neuro_300) as band_id,
    arg_min(local_id, position) filter (is_of_date and is_neuro_300) as neuro_300_band_id,
    (band_id is null and coalesce(bool_or(is_naming) filter (not is_neuro_300), false))
        or (neuro_300_band_id is null and coalesce(bool_or(is_naming) filter (is_neuro_300), false)) as is_of_other_date
from candidate
group by source, sha256, line, place, delivered_patient_id, result_id, analyte
having bool_or(is_of_date or is_naming)
