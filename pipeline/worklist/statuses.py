"""The statuses of an item, and which of them people may set."""

ACTIVE = ("open", "assigned", "contacted", "ordered", "referred", "unreachable")  # work to do
SET_BY_PEOPLE = (
    "open",
    "assigned",
    "contacted",
    "ordered",
    "referred",
    "unreachable",
    "snoozed",
    "declined",
    "done",
    "not_appropriate",
)
SET_BY_THE_NIGHT = ("resolved", "withdrawn", "excluded", "merged")
STATUSES = (
    *SET_BY_PEOPLE,
    *SET_BY_THE_NIGHT,
    "off_list",
)  # off_list: the page of a patient who was never listed was opened
NEEDS_A_REASON = ("declined", "not_appropriate")
CHANNELS = ("phone", "letter", "sms", "portal", "in_person")
# what came of an attempt to reach a patient; of FAILED nothing
REACHED = ("reached", "booked", "sent")
FAILED = ("no_answer", "message_left", "wrong_contact", "returned")
ANSWERED = ("reached", "booked")
UNANSWERED = ("sent", *FAILED)  # after which a patient was not reached yet
OUTCOMES = (*REACHED, *FAILED)
TRIES = 3  # failed attempts in a row after which a patient counts as unreachable
OF_ALL_SITES = ("operator", "admin")  # who sees no patient, and who sees who saw whom
ROLES = (
    "operator",
    "viewer",
    "coordinator",
    "steward",
    "admin",
)  # each role includes those before it
