-- One row per accepted patient row that says something for display alone, duplicates too: its cells, cleaned. It leads to the table
-- `contact` of the worklist's database, never into the lake.
-- A cell that is too long, an e-mail address without its parts, a telephone number without two digits and a postal code without a letter or digit
-- are left out and named in `blanked`. A language is a tag of BCP 47 where it is known by its code or name, else the text. Of a postal code only the
-- area stays: of a British one the outward code, of any other the first three letters and digits.
-- known_at: when it was recorded, else the day of the snapshot, else when its file came; never later than that.
with stated as (
    select
        contact.line, contact.place,
        display_text(contact.name, 200) as name,
        case when regexp_matches(contact.phone, '\d.*\d') then display_text(contact.phone, 60) end as phone,
        email_address(display_text(contact.email, 254)) as email,
        display_text(contact.preferred_language, 60) as spoken,
        nullif(postcode_area(upper(display_text(contact.postcode_area, 20))), '') as postcode_area,
        display_text(contact.registered_clinician, 200) as registered_clinician,
        display_text(contact.ethnicity, 200) as ethnicity,
        contact as delivered
    from landing.contact
),

tagged as (
    select
        stated.*,
        coalesce(language.tag || language_subtags(stated.spoken), stated.spoken) as preferred_language
    from stated
    left join landing.language on language.spelling = language_key(stated.spoken)
)

select
    checked.patient_id, tagged.line, tagged.place,
    least(
        coalesce(
            checked.recorded_at,
            timezone('UTC', try_strptime(rpad(regexp_replace(file.snapshot, '\D', '', 'g'), 14, '0'), '%Y%m%d%H%M%S')),
            batch_file.received_at
        ),
        batch_file.received_at
    ) as known_at,
    tagged.name, tagged.phone, tagged.email, tagged.preferred_language, tagged.postcode_area, tagged.registered_clinician, tagged.ethnicity,
    list_filter([
        case when tagged.delivered.name is not null and tagged.name is null then 'name' end,
        case when tagged.delivered.phone is not null and tagged.phone is null then 'phone' end,
        case when tagged.delivered.email is not null and tagged.email is null then 'email' end,
        case when tagged.delivered.preferred_language is not null and tagged.preferred_language is null then 'preferred_language' end,
        case when tagged.delivered.postcode_area is not null and tagged.postcode_area is null then 'postcode_area' end,
        case when tagged.delivered.registered_clinician is not null and tagged.registered_clinician is null then 'registered_clinician' end,
        case when tagged.delivered.ethnicity is not null and tagged.ethnicity is null then 'ethnicity' end
    ], lambda one: one is not null) as blanked
from tagged
inner join staging.checked_patient as checked on checked.line = tagged.line and checked.place = tagged.place
inner join landing.batch_file on batch_file.number = file_number(tagged.line)
cross join landing.file
where checked.skipped_because is null and checked.rejected_because is null
