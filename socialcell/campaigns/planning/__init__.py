"""From an initiative to a calendar: which creator posts what, when, in which words."""
