"""The worklist: items that are kept from run to run, their events, and the history of the
runs."""

from pipeline.worklist import actions, clinical_notes, history, store, tables
from pipeline.worklist.actions import UNCHANGED, Actor, Attempt, StaleItem, act, new_act
from pipeline.worklist.attempts import logged_in_from, seconds_to_wait
from pipeline.worklist.audit import (
    Asked,
    access,
    access_lines,
    accesses,
    described,
    kinds,
    patients_seen,
    record_access,
    remove_before,
)
from pipeline.worklist.clinical_notes import (
    mark_delivered,
    note_headache_unrelated,
    undelivered_notes,
    withdraw_note,
)
from pipeline.worklist.contacts import Contact, contacts, keep_contacts, replace_contacts
from pipeline.worklist.dump_load import dump, load
from pipeline.worklist.end_snoozes import wake
from pipeline.worklist.filtering import Filter
from pipeline.worklist.follow import follow
from pipeline.worklist.forget import (
    contacts_of_patients,
    forget,
    patient_ids,
    rows_of_patients,
    texts_naming,
)
from pipeline.worklist.funnel import (
    DIMENSIONS,
    EARLIER,
    STAGES,
    WITHIN,
    Chosen,
    Funnel,
    Identified,
    funnel,
    groups,
)
from pipeline.worklist.history import (
    NOT_RECORDED,
    counts_of_run,
    counts_over_time,
    followed_pack,
    followed_run,
    outcome_changes,
    outcome_trend,
    run_report,
    runs,
)
from pipeline.worklist.items import (
    events,
    find_exactly,
    find_patients,
    item_of_patient,
    items_of_patients,
    key_of_patient,
    notes,
)
from pipeline.worklist.items import item_of_key as item
from pipeline.worklist.letters_logged import LoggedLetter, letters_lately, letters_logged
from pipeline.worklist.listing import SORTS, choices, listed, page
from pipeline.worklist.measures import changes_since_visit, days_to_action, middle_wait
from pipeline.worklist.need_to_know import sites_seen, why_hidden
from pipeline.worklist.opening import REASONS, check_reason, open_with_reason, opened_with_reason
from pipeline.worklist.role_mapping import granted
from pipeline.worklist.rows import age_in_years
from pipeline.worklist.saved_filters import remove_filter, save_filter, saved_filters
from pipeline.worklist.sessions import begin_session, end_session, end_sessions, session_user
from pipeline.worklist.sign_on import CALLBACK, SingleSignOn, is_private, single_sign_on
from pipeline.worklist.signatures import SIGNERS, Signature, sign, signature_of
from pipeline.worklist.statuses import (
    ACTIVE,
    CHANNELS,
    FAILED,
    OF_ALL_SITES,
    OUTCOMES,
    ROLES,
    SET_BY_PEOPLE,
    STATUSES,
    TRIES,
)
from pipeline.worklist.store import open_store
from pipeline.worklist.subjects import NotAdmitted, admit, bind, is_first_use, subject_of
from pipeline.worklist.suppression import LEAST
from pipeline.worklist.undo import WHY_LEFT, act_on_many, changed_by, undo
from pipeline.worklist.user_names import BY_PROVIDER, UNKNOWN, is_name
from pipeline.worklist.users import (
    Busy,
    add_user,
    change_user,
    has_password,
    known_name,
    named_sites,
    users,
    verify,
)

__all__ = [
    "ACTIVE",
    "BY_PROVIDER",
    "CALLBACK",
    "CHANNELS",
    "DIMENSIONS",
    "EARLIER",
    "FAILED",
    "LEAST",
    "NOT_RECORDED",
    "OF_ALL_SITES",
    "OUTCOMES",
    "REASONS",
    "ROLES",
    "SET_BY_PEOPLE",
    "SIGNERS",
    "SORTS",
    "STAGES",
    "STATUSES",
    "TRIES",
    "UNCHANGED",
    "UNKNOWN",
    "WHY_LEFT",
    "WITHIN",
    "Actor",
    "Asked",
    "Attempt",
    "Busy",
    "Chosen",
    "Contact",
    "Filter",
    "Funnel",
    "Identified",
    "LoggedLetter",
    "NotAdmitted",
    "Signature",
    "SingleSignOn",
    "StaleItem",
    "access",
    "access_lines",
    "accesses",
    "act",
    "act_on_many",
    "actions",
    "add_user",
    "admit",
    "age_in_years",
    "begin_session",
    "bind",
    "change_user",
    "changed_by",
    "changes_since_visit",
    "check_reason",
    "choices",
    "clinical_notes",
    "contacts",
    "contacts_of_patients",
    "counts_of_run",
    "counts_over_time",
    "days_to_action",
    "described",
    "dump",
    "end_session",
    "end_sessions",
    "events",
    "find_exactly",
    "find_patients",
    "follow",
    "followed_pack",
    "followed_run",
    "forget",
    "funnel",
    "granted",
    "groups",
    "has_password",
    "history",
    "is_first_use",
    "is_name",
    "is_private",
    "item",
    "item_of_patient",
    "items_of_patients",
    "keep_contacts",
    "key_of_patient",
    "kinds",
    "known_name",
    "letters_lately",
    "letters_logged",
    "listed",
    "load",
    "logged_in_from",
    "mark_delivered",
    "middle_wait",
    "named_sites",
    "new_act",
    "note_headache_unrelated",
    "notes",
    "open_store",
    "open_with_reason",
    "opened_with_reason",
    "outcome_changes",
    "outcome_trend",
    "page",
    "patient_ids",
    "patients_seen",
    "record_access",
    "remove_before",
    "remove_filter",
    "replace_contacts",
    "rows_of_patients",
    "run_report",
    "runs",
    "save_filter",
    "saved_filters",
    "seconds_to_wait",
    "session_user",
    "sign",
    "signature_of",
    "single_sign_on",
    "sites_seen",
    "store",
    "subject_of",
    "tables",
    "texts_naming",
    "undelivered_notes",
    "undo",
    "users",
    "verify",
    "wake",
    "why_hidden",
    "withdraw_note",
]
