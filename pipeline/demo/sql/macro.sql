-- The demonstration's dice: every draw is a hash of the seed, the patient's number and what is drawn,
-- so that no draw depends on the order of rows, the number of threads or the size of a chunk.
-- DuckDB's hash() may change between its versions; that is acceptable because the version is pinned.
-- It is applied twice: combined hashes of two tags differ by a constant, which would tie their draws.
create or replace temp macro u
    (n, tag) as (hash(hash(getvariable('seed'), n, tag)) >> 11) / 9007199254740992.0,
    (n, event, tag) as (hash(hash(getvariable('seed'), n, event, tag)) >> 11) / 9007199254740992.0;

-- A standard normal number from two uniform ones (Box and Muller).
create or replace temp macro normal
    (n, tag) as sqrt(-2 * ln(1 - u(n, tag || ' 1'))) * cos(2 * pi() * u(n, tag || ' 2')),
    (n, event, tag) as
        sqrt(-2 * ln(1 - u(n, event, tag || ' 1'))) * cos(2 * pi() * u(n, event, tag || ' 2'));

create or replace temp macro whole(x) as cast(floor(x) as integer);

-- The item at a uniform number's place in a list.
create or replace temp macro pick(items, uniform) as items[1 + whole(uniform * len(items))];

create or replace temp macro days_before(days) as getvariable('as_of') - cast(days as integer);

-- A number as a laboratory prints it.
create or replace temp macro printed(x, decimals) as
    case decimals
        when 0 then cast(cast(round(x) as bigint) as varchar)
        when 1 then printf('%.1f', x)
        else printf('%.2f', x)
    end;
