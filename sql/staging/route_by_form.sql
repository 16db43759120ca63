-- One row per delivered drug whose dose form says how it is given: injection or oral, by whole words of its name; where that says
-- nothing, or two things, of the displays of its code.
-- Source: protocol §2, b12_therapy [V2]; protocol/dose_forms.csv. The longest form wins (an oral ampoule is oral). A name and displays
-- without a form, or with forms that contradict each other, have no row.
with form as (
    select form_words(form) as words, kind from protocol.dose_form
),

longer as (
    select form.words, list(distinct longer_form.words order by longer_form.words) as longer_forms
    from form
    join form as longer_form on contains(longer_form.words, form.words) and longer_form.words <> form.words
    group by form.words
),

text as (
    select entity, code_system, code, name, 1 as place,
        form_words(coalesce(name, '') || ' ' || case when spelled_system = 'NAME' then coalesce(looked_up_code, '') else '' end) as words
    from staging.spelled_code
    where entity = 'medication'
    union
    select entity, code_system, code, name, 2, form_words(display)
    from staging.concept_by_code
    where entity = 'medication' and is_agreed
),

said as (
    select text.entity, text.code_system, text.code, text.name, text.place, form.kind
    from text
    join form on contains(text.words, form.words)
    left join longer on longer.words = form.words
    where stands_alone(text.words, form.words, longer.longer_forms)
)

select entity, code_system, code, name, min(kind) as kind
from said
group by entity, code_system, code, name, place
having count(distinct kind) = 1
qualify place = min(place) over (partition by entity, code_system, code, name)
