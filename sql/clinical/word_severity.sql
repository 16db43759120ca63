-- One row per analyte and word of its band: how bad it is, the smaller, the worse. For what two laboratories' bands judge otherwise of one number.
-- Source: protocol §1, a doubt is never read as normal. Tiles count from the worse end, which is the high one of MMA and homocysteine, else the low one. A word for
-- censored results alone stands next to the end that it may reach: behind the worst tile where its interval ends on the better side, else before the best one.
-- The words of neuro_300 are none of a result. Local rows have no words of their own.
with banded as (
    select
        analyte, answer as word, is_tile, position, max(position) filter (is_tile) over (partition by fact) as last_position,
        analyte in ('mma', 'homocysteine') as is_high_worse, case when is_high_worse then low is not null else high is not null end as is_near_worst
    from protocol.band
    where band_id = 'general' and fact <> 'neuro_300'
)

select
    analyte, word,
    case
        when is_tile and is_high_worse then last_position - position
        when is_tile then position
        when is_near_worst then 0.5
        else last_position - 0.5
    end as severity
from banded
qualify row_number() over (partition by analyte, word order by is_tile desc, position) = 1
