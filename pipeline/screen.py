"""Screen: lake tables become facts, facts become decisions, gates decide whether they are published."""
