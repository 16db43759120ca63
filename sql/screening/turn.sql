-- One row: the decision whose turn it is. Decisions are taken in the order in which they read each other.
select decision, collects from protocol.decision where turn = 0
