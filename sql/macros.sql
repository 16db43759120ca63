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

create or replace macro word_key(word) as
    lower(trim(word));

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
