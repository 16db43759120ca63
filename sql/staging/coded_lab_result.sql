-- One row per delivered lab result: its code, unit, specimen and status as the protocol knows them, beside what was delivered.
-- An unknown code has no analyte, an unknown unit no spelled_unit, an unknown specimen is other, an unknown status is unknown; without a
-- status a result is final. plain_number: the value where it is a number in digits and nothing else. spelled_printed_unit: the unit as
-- printed, where the source gives it beside a code.
with specimen_spelling as (
    select spelling.specimen as delivered, coalesce(specimen.kind, 'other') as kind
    from (select distinct specimen from landing.lab_result where specimen is not null) as spelling
    left join protocol.specimen on specimen.specimen = word_key(spelling.specimen)
),

status_spelling as (
    select spelling.status as delivered, coalesce(status.meaning, 'unknown') as meaning
    from (select distinct status from landing.lab_result where status is not null) as spelling
    left join protocol.status on status.entity = 'lab_result' and status.status = status_key(spelling.status)
)

select
    lab_result.*, delivered_code.analyte, delivered_code.basis as code_basis, delivered_code.is_loinc,
    analyte.kind, analyte.hard_low, analyte.hard_high,
    analyte.specimen as wanted_specimen, specimen_spelling.kind as specimen_kind,
    coalesce(status_spelling.meaning, 'final') as status_meaning,
    try_cast(digits_only(with_point(lab_result.value, file.number_marks)) as decimal(20, 9)) as plain_number,
    unit_spelling.unit as spelled_unit, coalesce(unit_spelling.is_blank, true) as is_without_unit,
    printed_spelling.unit as spelled_printed_unit,
    file.time_zone, file.number_marks, batch_file.received_at
from landing.lab_result
cross join landing.file
inner join landing.batch_file on batch_file.number = file_number(lab_result.line)
left join staging.delivered_code
    on delivered_code.entity = 'lab_result' and delivered_code.code is not distinct from lab_result.code
    and delivered_code.code_system is not distinct from lab_result.code_system
left join protocol.analyte on analyte.analyte = delivered_code.analyte
left join specimen_spelling on specimen_spelling.delivered = lab_result.specimen
left join status_spelling on status_spelling.delivered = lab_result.status
left join staging.unit_spelling on unit_spelling.delivered = lab_result.unit
left join staging.unit_spelling as printed_spelling on printed_spelling.delivered = lab_result.unit_printed
