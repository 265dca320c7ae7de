"""What all our web pages stand on: screens, forms, sessions, headers, languages."""
