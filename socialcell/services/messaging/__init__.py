"""Messages to people: templates, answers, consent, and a second person's approval."""
