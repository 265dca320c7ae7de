"""Pages of the law's registers: requests of citizens, breaches, reads."""
