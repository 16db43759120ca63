"worklist.night: what a newly published run does to the items, and why"

from tests.clinic import insert
from tests.nights import does, items, night, tonight


def test_a_patient_who_comes_onto_the_worklist_opens_an_item():
    con = night()
    items(con, """
        patient_id | status
        ben        | off_list
    """)  # fmt: skip
    tonight(con, """
        patient_id
        ann
        ben
    """)  # fmt: skip
    does(con, """
        patient_id | from_status | change | to_status | because
        ann        |             | opened | open      |
        ben        | off_list    | opened | open      |
    """)  # fmt: skip


def test_an_item_stays_one_item_while_its_reason_lasts_in_any_status():
    con = night()
    items(con, """
        patient_id | status         | assignee | snoozed_until | status_on
        ann        | open           |          |               |
        ben        | assigned       | kim      |               |
        cyn        | ordered        | kim      |               |
        dan        | declined       |          |               |
        eva        | not_appropriate|          |               |
        fay        | done           |          |               | 2025-11-04
        gus        | snoozed        |          | 2026-02-02    |
    """)  # fmt: skip
    tonight(con, """
        patient_id
        ann
        ben
        cyn
        dan
        eva
        fay
        gus
    """)  # fmt: skip
    does(con, """
        patient_id | change | to_status
        ann        | kept   | open
        ben        | kept   | assigned
        cyn        | kept   | ordered
        dan        | kept   | declined
        eva        | kept   | not_appropriate
        fay        | kept   | done
        gus        | kept   | snoozed
    """)  # fmt: skip


def test_other_words_for_the_same_reason_are_taken_over_in_silence():
    con = night()
    items(con, """
        patient_id | status  | priority | site
        ann        | ordered | 4        | North
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority | site
        ann        | 4        | South
    """)  # fmt: skip
    does(con, """
        patient_id | change    | to_status | because
        ann        | refreshed | ordered   |
    """)  # fmt: skip


def test_new_evidence_opens_again_what_people_had_put_aside_and_says_why():
    con = night()
    items(con, """
        patient_id | status          | assignee
        ann        | open            |
        ben        | assigned        | kim
        cyn        | ordered         | kim
        dan        | declined        |
        eva        | not_appropriate |
        fay        | done            |
        gus        | snoozed         |
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | B12 low
        ben        | B12 low
        cyn        | B12 low
        dan        | B12 low
        eva        | B12 low
        fay        | B12 low
        gus        | B12 low
    """)  # fmt: skip
    does(con, """
        patient_id | change   | to_status | because
        ann        | changed  | open      | B12: borderline → low
        ben        | changed  | assigned  | B12: borderline → low
        cyn        | reopened | assigned  | new evidence; B12: borderline → low
        dan        | reopened | open      | new evidence; B12: borderline → low
        eva        | reopened | open      | new evidence; B12: borderline → low
        fay        | reopened | open      | new evidence; B12: borderline → low
        gus        | reopened | open      | new evidence; B12: borderline → low
    """)  # fmt: skip


def test_an_alert_that_comes_opens_again_and_one_that_goes_does_not():
    con = night()
    items(con, """
        patient_id | status | facts
        ann        | done   | alerts none
        ben        | done   | alerts FOLATE_BEFORE_B12
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | alerts FOLATE_BEFORE_B12
        ben        | alerts none
    """)  # fmt: skip
    does(con, """
        patient_id | change   | to_status | because
        ann        | reopened | open      | new evidence; alerts: none → FOLATE_BEFORE_B12
        ben        | changed  | done      | alerts: FOLATE_BEFORE_B12 → none
    """)  # fmt: skip


def test_more_urgency_opens_again_and_less_does_not():
    con = night()
    items(con, """
        patient_id | status   | priority | facts
        ann        | declined | 4        | priority 4
        ben        | declined | 1        | priority 1
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority | facts
        ann        | 1        | priority 1
        ben        | 4        | priority 4
    """)  # fmt: skip
    does(con, """
        patient_id | change   | to_status | because
        ann        | reopened | open      | new evidence; priority: 4 → 1
        ben        | changed  | declined  | priority: 1 → 4
    """)  # fmt: skip


def test_a_snooze_ends_on_its_day():
    con = night("2026-02-01")
    items(con, """
        patient_id | status  | assignee | snoozed_until
        ann        | snoozed |          | 2026-02-01
        ben        | snoozed | kim      | 2026-01-31
        cyn        | snoozed |          | 2026-02-02
    """)  # fmt: skip
    tonight(con, """
        patient_id
        ann
        ben
        cyn
    """)  # fmt: skip
    does(con, """
        patient_id | change       | to_status | because
        ann        | snooze_ended | open      | snoozed until 2026-02-01
        ben        | snooze_ended | assigned  | snoozed until 2026-01-31
        cyn        | kept         | snoozed   |
    """)  # fmt: skip


def test_what_is_done_is_looked_at_again_when_the_data_never_follow():
    con = night("2026-02-01", done_recheck_days=90)
    items(con, """
        patient_id | status | status_on
        ann        | done   | 2025-11-03
        ben        | done   | 2025-11-04
    """)  # fmt: skip
    tonight(con, """
        patient_id
        ann
        ben
    """)  # fmt: skip
    does(con, """
        patient_id | change  | to_status | because
        ann        | recheck | open      | done since 2025-11-03, and the data still say the same
        ben        | kept    | done      |
    """)  # fmt: skip


def test_a_patient_leaves_the_worklist_with_a_reason():
    con = night()
    items(con, """
        patient_id | status   | facts
        ann        | open     |
        ben        | ordered  |
        cyn        | assigned |
        dan        | snoozed  |
        eva        | done     |
        fay        | open     |
        gus        | open     |
    """)  # fmt: skip
    insert(con, "worklist.assessment", """
        patient_id | scope     | next_step | reason
        ann        | in_scope  | NO_ACTION | MMA not raised.
        ben        | in_scope  | NO_ACTION | No rule fits.
        cyn        | deceased  | EXCLUDED  | Deceased.
        dan        | opted_out | EXCLUDED  | Opted out of screening.
        gus        | opted_out | EXCLUDED  | Deleted by the source.
        eva        | in_scope  | NO_ACTION | MMA not raised.
    """)  # fmt: skip
    insert(con, "worklist.withdrawn", """
        patient_id | results
        ben        | total_b12 of 2026-01-10
    """)  # fmt: skip
    does(con, """
        patient_id | change    | to_status | because
        ann        | resolved  | resolved  | NO_ACTION: MMA not raised.
        ben        | withdrawn | withdrawn | taken back by its source: total_b12 of 2026-01-10; NO_ACTION: No rule fits.
        cyn        | excluded  | excluded  | deceased
        dan        | excluded  | excluded  | opted out of screening
        eva        | resolved  | resolved  | NO_ACTION: MMA not raised.
        fay        | excluded  | excluded  | no longer in the population
        gus        | excluded  | excluded  | deleted by the source
    """)  # fmt: skip


def test_a_merged_patient_goes_on_under_the_id_that_survives():
    con = night()
    insert(con, "lake.patient", """
        patient_id | merged_into
        old        | ann
    """)  # fmt: skip
    items(con, """
        patient_id | status
        old        | ordered
    """)  # fmt: skip
    tonight(con, """
        patient_id
        ann
    """)  # fmt: skip
    does(con, """
        patient_id | from_status | change | to_status | surviving_id | because
        ann        |             | opened | open      |              |
        old        | ordered     | merged | merged    | ann          | merged into another patient
    """)  # fmt: skip


def test_an_item_that_was_closed_follows_its_patient_too():
    con = night()
    insert(con, "lake.patient", """
        patient_id | merged_into
        old        | ann
        older      | ann
        seen       | ann
    """)  # fmt: skip
    items(con, """
        patient_id | status
        old        | resolved
        older      | merged
        seen       | off_list
    """)  # fmt: skip
    does(con, """
        patient_id | change | to_status
        old        | merged | merged
        older      | kept   | merged
        seen       | merged | merged
    """)  # fmt: skip


def test_an_id_that_is_merged_no_more_and_not_listed_ends_as_any_other():
    con = night()
    items(con, """
        patient_id | status
        ann        | merged
        ben        | merged
    """)  # fmt: skip
    insert(con, "worklist.assessment", [
        {"patient_id": "ann", "scope": "opted_out", "next_step": "EXCLUDED", "reason": "Opted out."},
        {"patient_id": "ben", "scope": "in_scope", "next_step": "NO_ACTION", "reason": "x"},
    ])  # fmt: skip
    does(con, """
        patient_id | from_status | change   | to_status
        ann        | merged      | excluded | excluded
        ben        | merged      | resolved | resolved
    """)  # fmt: skip


def test_who_comes_back_is_the_same_item_again():
    con = night()
    items(con, """
        patient_id | status    | assignee
        ann        | resolved  | kim
        ben        | withdrawn |
        cyn        | merged    |
        dan        | resolved  |
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | B12 low
        ben        |
        cyn        |
    """)  # fmt: skip
    does(con, """
        patient_id | change   | to_status | because
        ann        | reopened | assigned  | back on the worklist; B12: borderline → low
        ben        | reopened | open      | back on the worklist
        cyn        | reopened | open      | back on the worklist
        dan        | kept     | resolved  |
    """)  # fmt: skip


def test_a_result_taken_back_is_named_also_where_another_reason_remains():
    con = night()
    items(con, """
        patient_id | status
        ann        | open
        ben        | ordered
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | B12 never
        ben        | B12 never
    """)  # fmt: skip
    insert(con, "worklist.withdrawn", """
        patient_id | results
        ann        | total_b12 of 2026-01-10
        ben        | total_b12 of 2026-01-10
    """)  # fmt: skip
    does(con, """
        patient_id | change   | because
        ann        | changed  | taken back by its source: total_b12 of 2026-01-10; B12: borderline → never
        ben        | reopened | new evidence; taken back by its source: total_b12 of 2026-01-10; B12: borderline → never
    """)  # fmt: skip


def test_a_change_of_protocol_is_named_on_every_item_that_it_may_have_changed():
    "Nothing opens again without it, and who is put aside stays so where only a rule has another name"
    con = night(protocol_change="protocol changed: a 1 → b 1", is_other_pack=True)
    items(con, """
        patient_id | status   | facts
        ann        | done     | next_step ORDER_MMA (N16)
        ben        | done     | next_step ORDER_MMA (N16)
        cyn        | resolved | next_step ORDER_MMA (N16)
        dan        | open     | next_step ORDER_MMA (N16)
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | next_step ORDER_MMA (X2)
        ben        | next_step TREAT (X3)
        cyn        | next_step ORDER_MMA (N16)
        eva        | next_step TREAT (X3)
    """)  # fmt: skip
    insert(con, "worklist.assessment", """
        patient_id | scope    | next_step | reason
        dan        | in_scope | NO_ACTION | Nothing is due.
    """)  # fmt: skip
    does(con, """
        patient_id | change   | to_status | because
        ann        | changed  | done      | protocol changed: a 1 → b 1; next_step: ORDER_MMA (N16) → ORDER_MMA (X2)
        ben        | reopened | open      | protocol changed: a 1 → b 1; next_step: ORDER_MMA (N16) → TREAT (X3)
        cyn        | reopened | open      | protocol changed: a 1 → b 1; back on the worklist
        dan        | resolved | resolved  | protocol changed: a 1 → b 1; NO_ACTION: Nothing is due.
        eva        | opened   | open      | protocol changed: a 1 → b 1
    """)  # fmt: skip


def test_what_is_due_comes_back_on_its_day_though_its_facts_changed_in_a_way_that_is_no_news():
    con = night(protocol_change="protocol changed: a 1 → b 1", is_other_pack=True)
    items(con, """
        patient_id | status  | snoozed_until | status_on  | facts
        ann        | snoozed | 2026-02-01    |            | next_step ORDER_MMA (N16)
        ben        | done    |               | 2025-11-01 | next_step ORDER_MMA (N16)
        cyn        | snoozed | 2026-02-02    |            | next_step ORDER_MMA (N16)
    """)  # fmt: skip
    tonight(con, """
        patient_id | facts
        ann        | next_step ORDER_MMA (X2)
        ben        | next_step ORDER_MMA (X2)
        cyn        | next_step ORDER_MMA (X2)
    """)  # fmt: skip
    does(con, """
        patient_id | change       | to_status | because
        ann        | snooze_ended | open      | protocol changed: a 1 → b 1; snoozed until 2026-02-01; next_step: ORDER_MMA (N16) → ORDER_MMA (X2)
        ben        | recheck      | open      | protocol changed: a 1 → b 1; done since 2025-11-01; next_step: ORDER_MMA (N16) → ORDER_MMA (X2)
        cyn        | changed      | snoozed   | protocol changed: a 1 → b 1; next_step: ORDER_MMA (N16) → ORDER_MMA (X2)
    """)  # fmt: skip
