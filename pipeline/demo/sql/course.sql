-- One row per patient and course of a medicine, drawn from medicine_rate.csv among those who have the diagnosis it needs.
-- stop_ago is gone_ago when the course is still running. Several needs for one medicine make one course: the longest.
with drawn as (
    select
        person.n,
        person.gone_ago,
        medicine_rate.*,
        person.gone_ago + whole(
            least(min_ago, history)
            + u(person.n, medicine || ' start') * (least(max_ago, history) - least(min_ago, history))
        ) as start_ago,
    from person
    join medicine_rate on person.age between medicine_rate.min_age and medicine_rate.max_age
    left join diagnosis on diagnosis.n = person.n and diagnosis.diagnosis = medicine_rate.needs
    where person.archetype is null
        and u(person.n, medicine) < share
        and (medicine_rate.needs is null or diagnosis.n is not null)
),

product as (
    select medicine, list(medicine_product order by rowid) as products, min(rowid) as medicine_number
    from medicine_product
    group by medicine
)

select
    drawn.n,
    drawn.medicine,
    drawn.b12_shift,
    drawn.record,
    drawn.start_ago,
    product.medicine_number,
    pick(product.products, u(drawn.n, drawn.medicine || ' product')) as product,
    cast(pick(string_split(drawn.supplies, '|'), u(drawn.n, drawn.medicine || ' supply')) as integer) as supply,
    case
        when record = 'once' then start_ago
        when u(drawn.n, drawn.medicine || ' ongoing') < ongoing then gone_ago
        else whole(gone_ago + u(drawn.n, drawn.medicine || ' stop') * (start_ago - gone_ago))
    end as stop_ago,
    u(drawn.n, drawn.medicine || ' style') as style,
from drawn
join product on product.medicine = drawn.medicine
qualify row_number() over (
    partition by drawn.n, drawn.medicine order by start_ago desc, ongoing desc, supplies
) = 1
