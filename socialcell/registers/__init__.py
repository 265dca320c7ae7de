"""The law's registers: requests of persons, breaches, notices, and reads of unmasked
personal data."""
