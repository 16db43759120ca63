-- One row per blood draw and analyte measured on it: the value in the canonical unit and as the laboratory prints it.
-- An archetype's routine visit has a blood count only, which never decides anything.
with
drawn as (
    select
        visit.*,
        analyte.analyte,
        case analyte.analyte
            when 'b12' then b12
            when 'hemoglobin' then case sex when 'male' then 14.9 else 13.5 end + 1.1 * normal(n, visit, 'hb')
            when 'mcv' then 90 + 4.5 * normal(n, visit, 'mcv') + case when b12 < 180 then 7 else 0 end
            when 'creatinine' then greatest(0.3, 75 / greatest(egfr, 8) * exp(0.06 * normal(n, visit, 'creatinine')))
            when 'egfr' then greatest(5, egfr)
            when 'sodium' then 140 + 2.5 * normal(n, visit, 'sodium')
            when 'folate' then exp(2.1 + 0.45 * normal(n, visit, 'folate') + case when has_folic_acid then 0.7 else 0 end)
            when 'mma' then 152 * exp(
                0.45 * greatest(0, ln(500 / b12)) + 0.012 * greatest(0, 70 - egfr) + 0.3 * normal(n, visit, 'mma')
            )
            when 'homocysteine' then 8.6 * exp(
                0.25 * greatest(-0.5, ln(500 / b12)) + 0.006 * greatest(0, 80 - egfr) + 0.22 * normal(n, visit, 'hcy')
            )
            when 'active_b12' then greatest(4, 0.16 * b12 * exp(0.3 * normal(n, visit, 'active b12')))
            when 'gastrin' then exp(3.6 + 0.5 * normal(n, visit, 'gastrin') + case when has_pernicious_anaemia then 2.3 else 0 end)
        end as canonical,
    from visit
    cross join analyte
    where case visit.kind when 'routine' then analyte.routine when 'reflex' then analyte.reflex else analyte.monitor end
        * case when visit.age < 16 and analyte.analyte in ('b12', 'folate', 'mma') then 0.4 else 1 end
        > u(visit.n, visit.visit, analyte.analyte)
        and (visit.archetype is null or analyte.analyte in ('hemoglobin', 'mcv'))
)

select
    drawn.n,
    drawn.visit,
    drawn.patient_id,
    drawn.site_number,
    drawn.days_ago,
    drawn.lab,
    drawn.analyte,
    drawn.is_treated,
    drawn.canonical,
    drawn.has_pernicious_anaemia,
    analyte.name,
    analyte.specimen,
    coalesce(lab_habit.code, analyte.code) as code,
    analyte.code_system,
    coalesce(lab_habit.unit, analyte.unit) as unit,
    drawn.canonical * coalesce(lab_habit.factor, analyte.factor) as number,
    coalesce(lab_habit.decimals, analyte.decimals) as decimals,
    -- A laboratory's own limits replace the usual ones together: an open side stays open.
    case when lab_habit.lab is null then analyte.reference_low else lab_habit.reference_low end as reference_low,
    case when lab_habit.lab is null then analyte.reference_high else lab_habit.reference_high end as reference_high,
from drawn
join analyte on analyte.analyte = drawn.analyte
left join lab_habit on lab_habit.lab = drawn.lab and lab_habit.analyte = drawn.analyte
