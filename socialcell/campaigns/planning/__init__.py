"""From an initiative to a calendar: who says what, when, in which words."""
