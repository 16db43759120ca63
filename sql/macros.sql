-- One spelling of each comparison, for the tables of protocol/ and the delivered rows alike.

-- Files that are read together tell their rows apart by the lines: those of file n, from 0, begin above n * 2^40.
create or replace macro file_number(line) as line // 1099511627776;
create or replace macro line_of_file(line) as line % 1099511627776;

-- An NDC as the eleven digits of claims, 5-4-2: its parts with dashes (4-4-2, 5-3-2, 5-4-1, 5-4-2) filled up with zeros; the first two
-- alone, a product of any package, are its nine digits. Ten digits without dashes say nothing of their parts and stay as they are.
create or replace macro ndc_key(code) as
    case
        when regexp_full_match(code, '\d{4,5}-\d{3,4}(-\d{1,2})?') then
            lpad(split_part(code, '-', 1), 5, '0') || lpad(split_part(code, '-', 2), 4, '0')
            || case when split_part(code, '-', 3) = '' then '' else lpad(split_part(code, '-', 3), 2, '0') end
        else translate(upper(code), '- ', '')
    end;

-- ICD codes arrive with and without the dot, in any case, with placeholder X or a mark (dagger, asterisk, exclamation) at the end; so do
-- operations of OPCS-4 and ICD-9-CM (44.31, 4431), without such an end. Read codes that differ in case alone are different codes; others
-- are not. A numeric code that came as floating point (5514.0) is the whole number.
create or replace macro code_key(code_system, code) as
    case
        when code_system in ('ICD10CM', 'ICD10', 'ICD9CM') then rtrim(translate(upper(code), '. +*!†', ''), 'X')
        when code_system in ('ICD10PCS', 'ICD9PROC', 'OPCS4') then translate(upper(code), '. ', '')
        when code_system in ('RXNORM', 'SNOMEDCT', 'CPT4') then regexp_replace(upper(trim(code)), '^(\d+)\.0+$', '\1')
        when code_system = 'READ2' then trim(code)
        when code_system = 'NDC' then ndc_key(trim(code))
        else upper(trim(code))
    end;

-- Both micro signs (U+00B5, U+03BC) are u, a raised 2 is 2, spaces and case mean nothing.
create or replace macro unit_key(unit) as
    replace(lower(translate(unit, 'µμ²' || chr(160) || chr(9), 'uu2  ')), ' ', '');

-- A number with a point as its decimal mark and no others. marks: the profile's decimal mark, and after it the mark that groups
-- thousands where the profile declares one; only whole groups of three are taken for that. Any other mark makes the number unreadable.
create or replace macro is_grouped(number, mark) as
    regexp_full_match(number, case mark
        when ',' then '[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?'
        when '.' then '[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?'
        else '[+-]?[1-9]\d{0,2}([ ''\x{a0}\x{202f}\x{2019}]\d{3})+([.,]\d+)?'
    end);

create or replace macro with_point(number, marks) as
    case
        when marks = '.' then number
        when marks[2] <> '' and is_grouped(number, marks[2])
            then replace(regexp_replace(number, '[^\d+' || marks[1] || '-]', '', 'g'), ',', '.')
        when marks[1] = '.' then number
        else translate(number, ',.', '.?')
    end;

-- A number in digits, with a point or none: no exponent, no underscore, no space within.
create or replace macro digits_only(number) as
    case when regexp_full_match(number, '[+-]?(\d+\.?\d*|\.\d+)') then number end;

-- HTML's spellings of the signs of comparison are the signs, once or twice escaped.
create or replace macro with_signs(value) as
    case
        when not contains(value, '&') then value
        else regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(value, '&amp;', '&'),
            '(?i)&(lt|#0*60|#x0*3c);', '<', 'g'), '(?i)&(gt|#0*62|#x0*3e);', '>', 'g'),
            '(?i)&(le|#0*8804|#x0*2264);', '≤', 'g'), '(?i)&(ge|#0*8805|#x0*2265);', '≥', 'g')
    end;

-- A value in its parts: comparator in signs or words, number, and what is left behind it. Without a number, all three are empty.
create or replace macro value_parts(value) as
    regexp_extract(
        with_signs(value),
        '(?si)^\s*(less than or equal to|greater than or equal to|less than|greater than|more than|below|under|above|over|<=|>=|=<|=>|<|>|≤|≥|=)?'
            || '\s*([+-]?[.,]?\d(?:[\d., ''\x{a0}\x{202f}\x{2019}]*[\d.,])?)(.*)$',
        ['comparator', 'number', 'rest']
    );

create or replace macro comparator_sign(comparator) as
    case lower(comparator)
        when '' then '=' when '=' then '='
        when '<' then '<' when 'less than' then '<' when 'below' then '<' when 'under' then '<'
        when '>' then '>' when 'greater than' then '>' when 'more than' then '>' when 'above' then '>' when 'over' then '>'
        when '<=' then '<=' when '=<' then '<=' when '≤' then '<=' when 'less than or equal to' then '<='
        when '>=' then '>=' when '=>' then '>=' when '≥' then '>=' when 'greater than or equal to' then '>='
    end;

-- What stands behind the number of a value, without a flag (H, L, HH, LL, A, N, *) at its end: a unit, perhaps.
create or replace macro unit_in_cell(value) as
    case
        when regexp_full_match(value, '[<>=\s]*[\d.,]+') then ''
        else trim(regexp_replace(regexp_replace(
            value_parts(value).rest, '(?i)^\s*(hh|ll|h|l|a|n|\*+)\s*$', ''), '(?i)([^/\s])\s+(?:hh|ll|h|l|a|n|\*+)\s*$|\*+\s*$', '\1'))
    end;

create or replace macro word_key(word) as
    lower(trim(word));

-- A status in any case; hyphens, underscores, punctuation and white space are one space: not-taken, NOT_TAKEN, Not  taken.
create or replace macro status_key(status) as
    trim(regexp_replace(lower(status), '[\s\p{Z}_;,.:()-]+', ' ', 'g'));

-- A cell without white space of any kind, control characters and marks without width at its ends.
create or replace macro trimmed(cell) as
    case
        when cell >= '!' and cell < chr(127) and cell[-1] >= '!' and cell[-1] < chr(127) and strlen(cell) = length(cell) then cell
        else regexp_replace(cell, '^[\s\p{Z}\p{C}]+|[\s\p{Z}\p{C}]+$', '', 'g')
    end;

-- An id or code without what spreadsheets put around it: a leading apostrophe, ="…".
create or replace macro unwrapped(cell) as
    case
        when starts_with(cell, '''') or starts_with(cell, '=') then regexp_replace(regexp_replace(cell, '^''+', ''), '^="(.*)"$', '\1')
        else cell
    end;

-- An id: besides, without white space, control characters, marks without width or of direction and a BOM anywhere; and a whole
-- number that came as floating point (70003.0) is written without its fraction. A letter with its accent is one character (NFC), as
-- not every system writes it.
create or replace macro clean_id(id) as
    case
        when regexp_full_match(id, '[0-9A-Za-z_-]*') then id
        else nfc_normalize(regexp_replace(unwrapped(regexp_replace(id, '[\s\p{Z}\p{C}]+', '', 'g')), '^(\d+)\.0+$', '\1'))
    end;

-- Whether a spreadsheet wrote an id or a code in scientific notation (4.85778E+09, 4,85778E+09, 1.09E15): its digits are lost.
-- Also behind the kind of a record and before the number of a component, which readers add (MedicationRequest/1.09E15, 1.09E15#1).
create or replace macro is_scientific(id) as
    case when contains(id, 'E') or contains(id, 'e') then regexp_full_match(id, '\s*([A-Za-z]+/)?(\d+([.,]\d+)?[eE]\+\d+|\d+[.,]\d+[eE]\d+)(#\d+)?\s*') else false end;

-- A code by which the rows of one record are told to be one: in any case, with and without dots, marks and a fraction of nothing.
create or replace macro record_code(code) as
    case
        when regexp_full_match(code, '\d{4,}(\.0+)?') then split_part(code, '.', 1)
        else rtrim(translate(upper(code), '. +*!†', ''), 'X')
    end;

-- A name in lower case without accents, each word of letters and digits between spaces: one holds another when it holds all its words,
-- whole.
create or replace macro between_spaces(name) as
    ' ' || trim(regexp_replace(lower(strip_accents(name)), '[^a-z0-9]+', ' ', 'g')) || ' ';

-- The words in which a dose form is looked for: besides, a number ends a word (Tab15mg, 5amps).
create or replace macro form_words(name) as
    between_spaces(regexp_replace(regexp_replace(name, '([A-Za-z])(\d)', '\1 \2', 'g'), '(\d)([A-Za-z])', '\1 \2', 'g'));

-- Whether a name stands in words (both between_spaces) at a place that none of the longer names covers: cytamen does not in neo cytamen. Each
-- word is put between spaces of its own first, so that two names side by side share none.
create or replace macro spaced_apart(words) as
    replace(words, ' ', '  ')[2:-2];

create or replace macro stands_alone(words, name, longer_names) as
    contains(
        list_reduce(
            list_prepend(replace(words, ' ', '  '), coalesce(longer_names, [])),
            lambda text, longer: replace(text, spaced_apart(longer), ' | ')
        ),
        spaced_apart(name)
    );

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
create or replace macro written_day(delivered, time_zone) as
    case
        when length(delivered) = 10 and delivered not like '____-__-__' then null
        when length(delivered) = 10 or (ends_with(delivered, 'Z') and time_zone = 'UTC') then try_cast(left(delivered, 10) as date)
        when ends_with(delivered, 'Z') then cast(timezone(time_zone, to_instant(delivered, time_zone)) as date)
        when to_instant(delivered, time_zone) is not null then try_cast(left(delivered, 10) as date)
    end;

-- Days before 1900-01-02 and from 2999-12-31 on stand for "none" (0001-01-01, 1753-01-01, 1900-01-01, 9999-12-31). As ISO 8601 compares as
-- text, the text is asked first: a macro repeats its argument wherever it names it.
create or replace macro to_day(delivered, time_zone) as
    case when delivered >= '1900-01-02' and delivered < '2999-12-31' then written_day(delivered, time_zone) end;

create or replace macro is_sentinel(delivered, time_zone) as
    case
        when delivered < '1900-01-02' or delivered >= '2999-12-31' then written_day(delivered, time_zone) is not null
        else false
    end;

-- The first day of what may be a year (1960) or a month of a year (1960-03), else the day itself.
create or replace macro first_day(delivered, time_zone) as
    case
        when strlen(delivered) > 7 then to_day(delivered, time_zone)
        when delivered like '____' and delivered between '1900' and '2999' then try_cast(delivered || '-01-01' as date)
        when delivered like '____-__' and delivered between '1900-01' and '2999-12' then try_cast(delivered || '-01' as date)
    end;

-- The last day of a year or a month of a year; of a day none.
create or replace macro latest_day(delivered) as
    case
        when strlen(delivered) > 7 then null
        when delivered like '____' and delivered between '1900' and '2999' then try_cast(delivered || '-12-31' as date)
        when delivered like '____-__' and delivered between '1900-01' and '2999-12' then last_day(try_cast(delivered || '-01' as date))
    end;

-- Whether it lies in the future when the file is received: an instant with an offset more than an hour after it, else a day that has
-- not begun anywhere on earth (UTC+14).
create or replace macro is_future(delivered, day, time_zone, received_at) as
    coalesce(
        case
            when case when strlen(delivered) > 12 then regexp_matches(delivered, '\d(Z|[+-]\d{2}(:?\d{2})?)$') else false end
                then to_instant(delivered, time_zone) > received_at + interval 1 hour
            else day > cast(timezone('UTC', received_at) + interval 14 hours as date)
        end,
        false
    );

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

-- A month of a year in the order that the profile declares: 03/1960, MAR-1960, 1960/03.
create or replace macro month_of_year(delivered, date_order) as
    case
        when date_order = 'ymd' and regexp_full_match(delivered, '\s*\d{4}[./]\d{1,2}\s*')
            then left(trim(delivered), 4) || '-' || right('0' || regexp_extract(delivered, '(\d+)\s*$', 1), 2)
        when regexp_full_match(delivered, '\s*(\d{1,2}|[A-Za-z]{3,9})[./ -]\d{4}\s*')
            then right(trim(delivered), 4) || '-' || month_number(regexp_extract(delivered, '[0-9A-Za-z]+'))
        else delivered
    end;

create or replace macro iso_of(parted, date_order, delivered) as
    case
        when delivered_part(parted, 3) = '' then month_of_year(delivered, date_order)
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

-- A date or time in ISO 8601, moved by whole days. A year, or a month of a year, cannot be moved by days: it is empty then.
create or replace macro moved(iso, days) as
    case
        when coalesce(days, 0) = 0 then iso
        when regexp_full_match(iso, '\d{4}(-\d{2})?') then null
        else coalesce(strftime(try_cast(left(iso, 10) as date) + to_days(days), '%Y-%m-%d') || substr(iso, 11), iso)
    end;

-- Numbers as text from other tools: 7.0 where a column of whole numbers once held an empty cell, and 48.100 for 48.1.
create or replace macro whole(number) as
    regexp_replace(trim(number), '\.0+$', '');

create or replace macro shortest(number) as
    case when contains(number, '.') and not contains(lower(number), 'e') then rtrim(rtrim(number, '0'), '.') else number end;

-- Whether a code that came without its system looks like one of a system in which the protocol has codes of that entity.
create or replace macro has_code_shape(entity, code) as
    coalesce(case entity
        when 'lab_result' then regexp_full_match(code, '\d{1,7}-\d')
        when 'medication' then regexp_full_match(upper(code), '[A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?')
        when 'condition' then regexp_full_match(upper(code), '[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?|\d{3}(\.\d{1,2})?|\d{6,18}|[0-9A-Z]{5}\.00|[A-Z0-9]{2,4}\.{1,3}')
        when 'procedure' then regexp_full_match(upper(code), '\d{5}|[A-Z]\d{4}|[0-9A-Z]{7}|\d{2}\.\d{1,2}|\d{6,18}')
    end, false);

-- Half a unit of the last digit that was printed, in the unit of the value: 165 pg/mL is known to 0.5, 122 pmol/L to 0.68 pg/mL.
create or replace macro half_last_digit(value, value_reported) as
    case when regexp_matches(value_reported, '^\D*\d+([.,]\d+)?(\D|$)') then
        0.5 * power(10, -length(regexp_extract(value_reported, '\d[.,](\d+)', 1)))
        * abs(value / nullif(try_cast(replace(regexp_extract(value_reported, '\d+([.,]\d+)?'), ',', '.') as double), 0))
    end;

-- Of results that should be one: whether they differ. One value in two units does not differ within half a unit of its last digit.
create or replace macro are_conflicting(value, comparator, finding, value_reported, unit_reported) as
    count(distinct row(value, comparator, finding)) > 1
    and not coalesce(
        count(distinct comparator) = 1 and count(distinct unit_reported) > 1
        and count(distinct row(value, unit_reported)) = count(distinct unit_reported)
        and max(value) - min(value) <= max(half_last_digit(value, value_reported)),
        false
    );

-- One coding of a list: null where there is neither a code nor a name.
create or replace macro coding(code_system, code, name) as
    case when code is not null or name is not null then struct_pack("system" := code_system, code := code, name := name) end;

-- Whether a text beside a number is more than that number: a comparator, a unit or a second number is never dropped.
create or replace macro says_more_than_a_number(delivered) as
    coalesce(
        (regexp_matches(delivered, '\d') and try_cast(delivered as double) is null)
        or regexp_matches(with_signs(delivered), '[<>≤≥]'),
        false
    );

-- The codings of an OMOP row in their order: the source concept's, the standard concept's (an unknown id is a code of
-- the system OMOP), the source value's.
create or replace macro omop_codings(source_coding, standard_coding, concept_id, unexplained_name, delivered) as
    list_filter([
        source_coding,
        standard_coding,
        case when standard_coding.code is null and whole(concept_id) <> '0' then coding('OMOP', whole(concept_id), unexplained_name) end,
        delivered
    ], lambda one: one is not null);

-- How old a value is, behind its day: (12 days old), (7 months old), (4.9 years old).
create or replace macro age_in_words(days) as
    case
        when days = 1 then ' (1 day old)'
        when days < 60 then ' (' || days || ' days old)'
        when days < 730 then ' (' || cast(round(days / 30.44) as integer) || ' months old)'
        else ' (' || printf('%.1f', days / 365.25) || ' years old)'
    end;

-- A beginning in the precision in which it is known: a day, a month or a year.
create or replace macro beginning(began_on, latest_on) as
    case
        when latest_on = began_on then cast(began_on as varchar)
        when date_trunc('month', latest_on) = date_trunc('month', began_on) then strftime(began_on, '%Y-%m')
        else strftime(began_on, '%Y')
    end;

-- Whether an interval lies within a band; an edge that is null is none.
create or replace macro lies_within(low, low_included, high, high_included, band_low, band_low_included, band_high, band_high_included) as
    (band_low is null or low > band_low or (low = band_low and (band_low_included or not low_included)))
    and (band_high is null or high < band_high or (high = band_high and (band_high_included or not high_included)));

-- Whether a delivered name is the one that a local row of a band asks for, where it asks for any: without regard to case and
-- surrounding white space; an asterisk at the end stands for any ending.
create or replace macro name_key(name) as
    lower(regexp_replace(name, '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'));

create or replace macro is_named(delivered, wanted) as
    case
        when wanted is null then true
        when ends_with(name_key(wanted), '*') then starts_with(name_key(delivered), rtrim(name_key(wanted), '*'))
        else name_key(delivered) = name_key(wanted)
    end;

-- Why a value does not count that once did: a raised or low one expires by treatment alone, any other by its age.
create or replace macro why_not(is_expired_by_treatment) as
    case when is_expired_by_treatment then ' is from before B12 treatment' else ' is too old to count' end;

-- A text for display on one line: control characters, and marks that turn the direction of writing or have no width, are spaces or
-- gone (those that join letters stay); null where nothing is left, or where it is longer than `most`.
create or replace macro display_text(cell, most) as
    case
        when length(cell) > 10 * most then null
        when regexp_full_match(cell, '[!-~]+( [!-~]+)*') then case when length(cell) <= most then cell end
        else cleaned_text(
            trim(regexp_replace(regexp_replace(
                cell, '[\x{ad}\x{200b}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]', '', 'g'), '[\s\p{Z}\p{Cc}]+', ' ', 'g')),
            most
        )
    end;

create or replace macro cleaned_text(cell, most) as
    case when length(cell) between 1 and most then cell end;

-- An e-mail address with a name, an @ and a domain; anything else is null.
create or replace macro email_address(cell) as
    nullif(regexp_extract(cell, '^(?:(?i)mailto:)?([^\s@<>(),;:"\\\[\]]+@[^\s@<>(),;:"\\\[\]]+\.[^\s@<>(),;:"\\\[\]]+)$', 1), '');

-- The area of a postal code in capital letters: of a British one the outward code, of others the first three letters and digits.
create or replace macro postcode_area(postcode) as
    case
        when regexp_full_match(postcode, '[A-Z]{1,2}\d[A-Z\d]? ?(\d[A-Z]{2})?')
            then regexp_extract(postcode, '^([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})?$', 1)
        else left(regexp_replace(regexp_replace(postcode, '^[A-Z]{1,3}-(\d)', '\1'), '[^A-Z\d]', '', 'g'), 3)
    end;

-- By what a language is looked for: a tag (de-AT, de_AT) by its first part, anything else whole; and what stands behind that part.
create or replace macro is_language_tag(language) as
    regexp_full_match(language, '[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?');

create or replace macro language_key(language) as
    lower(case when is_language_tag(language) then regexp_extract(language, '^[A-Za-z]+') else language end);

create or replace macro language_subtags(language) as
    case
        when is_language_tag(language) and regexp_matches(language, '[-_]') then
            coalesce('-' || upper(nullif(regexp_extract(language, '[-_]([A-Za-z])[A-Za-z]{3}([-_]|$)', 1), ''))
                || lower(regexp_extract(language, '[-_][A-Za-z]([A-Za-z]{3})([-_]|$)', 1)), '')
            || coalesce('-' || upper(nullif(regexp_extract(language, '[-_]([A-Za-z]{2}|\d{3})$', 1), '')), '')
        else ''
    end;

-- Whether every value that a result may have lies above, below or within the laboratory's own reference limits; not known without the limit.
create or replace macro is_beyond_limit(side, comparator, number, reference_low, reference_high) as
    coalesce(
        case side
            when 'above' then (comparator in ('=', '>', '>=') and number > reference_high) or (comparator = '>' and number = reference_high)
            when 'below' then (comparator in ('=', '<', '<=') and number < reference_low) or (comparator = '<' and number = reference_low)
            else coalesce(reference_low, reference_high) is not null
                and (reference_high is null or (comparator in ('=', '<', '<=') and number <= reference_high))
                and (reference_low is null or (comparator in ('=', '>', '>=') and number >= reference_low))
        end,
        false
    );

-- A text of the pack with the values that it names, each given as `placeholder=value`; what is not on file is said.
create or replace macro with_text_values(text, text_values) as
    case
        when not contains(text, '{') then text
        else regexp_replace(
            list_reduce(
                list_prepend(text, coalesce(text_values, [])),
                lambda filled, each: replace(filled, '{' || split_part(each, '=', 1) || '}', substr(each, instr(each, '=') + 1))
            ),
            '\{[a-z0-9_.]+\}', 'not on file', 'g'
        )
    end;

-- A text without the ages of results, which grow every night: "(26 days old)", in brackets or not.
create or replace macro without_ages(text) as
    regexp_replace(text, ' ?\(?\d[\d.]* (day|month|year)s? old\)?', '', 'g');
