"""Pages on the office itself: sources, outbox, reports, promises, staff, privacy."""
