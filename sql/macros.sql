-- One spelling of each comparison, for the tables of protocol/ and the delivered rows alike.

-- ICD codes arrive with and without the dot, in any case, with placeholder X at the end; other codes only in any case.
create or replace macro code_key(code_system, code) as
    case
        when code_system in ('ICD10CM', 'ICD10', 'ICD9CM') then rtrim(replace(replace(upper(code), '.', ''), ' ', ''), 'X')
        when code_system = 'ICD10PCS' then replace(upper(code), '.', '')
        else upper(trim(code))
    end;

-- Both micro signs (U+00B5, U+03BC) are u, a raised 2 is 2, spaces and case mean nothing.
create or replace macro unit_key(unit) as
    replace(lower(translate(unit, 'µμ²' || chr(160) || chr(9), 'uu2  ')), ' ', '');

-- A number with a point as its decimal mark and no others. marks: the profile's decimal mark, and after it the mark that groups
-- thousands where the profile declares one; only whole groups of three are taken for that. Any other mark makes the number unreadable.
create or replace macro with_point(number, marks) as
    case
        when marks = '.' then number
        when marks = '.,' and regexp_matches(number, '(^|[^\d.,])[1-9]\d{0,2}(,\d{3})+(\.\d+)?\s*$') then replace(number, ',', '')
        when marks = '.,' then number
        when marks = ',.' and regexp_matches(number, '(^|[^\d.,])[1-9]\d{0,2}(\.\d{3})+(,\d+)?\s*$') then replace(replace(number, '.', ''), ',', '.')
        else translate(number, ',.', '.?')
    end;

create or replace macro word_key(word) as
    lower(trim(word));

-- A name in lower case, each word of letters and digits between spaces: one holds another when it holds all its words, whole.
create or replace macro between_spaces(name) as
    ' ' || trim(regexp_replace(lower(name), '[^a-z0-9]+', ' ', 'g')) || ' ';

-- Whether a median moved by the factor between two units, up or down. ln_ratio: the logarithm of new against old.
create or replace macro is_moved_by_factor(ln_ratio, factor, tolerance) as
    abs(abs(ln_ratio) - ln(cast(factor as double))) <= ln(tolerance);

-- The standard error of the difference of two medians. The spread is from the quartiles of one of them: outliers must not matter.
create or replace macro median_difference_error(quartile_1, quartile_3, n, other_n) as
    1.2533 * (quartile_3 - quartile_1) / 1.349 * sqrt(1 / n + 1 / other_n);

-- An ISO 8601 day or instant as an instant; a day is its first moment. Anything else is null.
-- The two commonest shapes come first: a regular expression costs ten times as much.
create or replace macro to_instant(delivered, time_zone) as
    case
        when delivered like '____-__-__T__:__:__Z' then try_cast(delivered as timestamptz)
        when delivered like '____-__-__' and time_zone = 'UTC' then try_cast(try_cast(delivered as date) as timestamptz)
        when regexp_full_match(delivered, '\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?')
            then timezone(time_zone, try_cast(replace(delivered, 'T', ' ') as timestamp))
        when regexp_full_match(delivered, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)')
            then try_cast(delivered as timestamptz)
    end;

-- The calendar day of an ISO 8601 day or instant that was readable as one: the day as written, but a UTC stamp (Z) is
-- brought into the time zone.
create or replace macro to_day(delivered, time_zone) as
    case
        when length(delivered) = 10 and delivered not like '____-__-__' then null
        when length(delivered) = 10 or (ends_with(delivered, 'Z') and time_zone = 'UTC') then try_cast(left(delivered, 10) as date)
        when ends_with(delivered, 'Z') then cast(timezone(time_zone, to_instant(delivered, time_zone)) as date)
        when to_instant(delivered, time_zone) is not null then try_cast(left(delivered, 10) as date)
    end;

-- A date, perhaps with a time, as ISO 8601: in the order that the profile declares (dmy, mdy, ymd), divided or as eight digits, the
-- month a number or an English name (05-JAN-2026), the hour with or without a colon, am and pm. Anything else, two digits for a
-- year too, stays as it was written, and so is unreadable.
create or replace macro divided(delivered, date_order) as
    case
        when regexp_matches(delivered, '^\s*\d{8}(\D|\d{4}(\d{2})?\s*$|$)') then case date_order
            when 'ymd' then regexp_replace(trim(delivered), '^((?:1[89]|2[01])\d{2})(\d{2})(\d{2})\s*', '\3-\2-\1 ')
            else regexp_replace(trim(delivered), '^(\d{2})(\d{2})((?:1[89]|2[01])\d{2})\s*', '\1-\2-\3 ') end
        when date_order = 'ymd' then regexp_replace(trim(delivered), '^(\d{4})[./](\d{1,2})[./](\d{1,2})', '\3-\2-\1')
        else trim(delivered)
    end;

create or replace macro delivered_part(delivered, place) as
    regexp_extract(
        trim(delivered),
        '^(\d{1,2})[./ -](\d{1,2}|[A-Za-z]{3,9})[./ -](\d{4})(?:[ T,]+(\d{1,2})[:.]?(\d{2})(?:[:.]?(\d{2})(?:[.,]\d+)?)?\s*([AaPp][Mm])?)?$',
        place
    );

create or replace macro month_number(month) as
    case
        when regexp_full_match(month, '\d+') then lpad(month, 2, '0')
        else lpad(cast(coalesce(list_position(
            ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], lower(left(month, 3))), 0) as varchar), 2, '0')
    end;

create or replace macro hour_of_day(hour, half) as
    case
        when lower(half) = 'pm' and hour <> '12' then cast(try_cast(hour as integer) + 12 as varchar)
        when lower(half) = 'am' and hour = '12' then '00'
        else lpad(hour, 2, '0')
    end;

create or replace macro is_month_first(delivered, date_order) as
    date_order = 'mdy' and regexp_full_match(delivered_part(delivered, 2), '\d+');

create or replace macro iso_of(parted, date_order, delivered) as
    case
        when delivered_part(parted, 3) = '' then delivered
        when date_order = 'ymd' and regexp_matches(delivered, '^\s*\d{1,2}[./ -]\d') then delivered
        else delivered_part(parted, 3)
            || '-' || month_number(case when is_month_first(parted, date_order) then delivered_part(parted, 1) else delivered_part(parted, 2) end)
            || '-' || lpad(case when is_month_first(parted, date_order) then delivered_part(parted, 2) else delivered_part(parted, 1) end, 2, '0')
            || case when delivered_part(parted, 4) = '' then ''
                else 'T' || hour_of_day(delivered_part(parted, 4), delivered_part(parted, 7)) || ':' || delivered_part(parted, 5)
                    || case when delivered_part(parted, 6) = '' then '' else ':' || delivered_part(parted, 6) end
                end
    end;

create or replace macro to_iso(delivered, date_order) as
    iso_of(divided(delivered, date_order), date_order, delivered);

-- Numbers as text from other tools: 7.0 where a column of whole numbers once held an empty cell, and 48.100 for 48.1.
create or replace macro whole(number) as
    regexp_replace(trim(number), '\.0+$', '');

create or replace macro shortest(number) as
    case when contains(number, '.') and not contains(lower(number), 'e') then rtrim(rtrim(number, '0'), '.') else number end;

-- One coding of a list: null where there is neither a code nor a name.
create or replace macro coding(code_system, code, name) as
    case when code is not null or name is not null then struct_pack("system" := code_system, code := code, name := name) end;

-- The codings of an OMOP row in their order: the source concept's, the standard concept's (an unknown id is a code of
-- the system OMOP), the source value's.
create or replace macro omop_codings(source_coding, standard_coding, concept_id, unexplained_name, delivered) as
    list_filter([
        source_coding,
        standard_coding,
        case when standard_coding.code is null and whole(concept_id) <> '0' then coding('OMOP', whole(concept_id), unexplained_name) end,
        delivered
    ], lambda one: one is not null);
