"""Letters: one judgement, what is not known, what to decide, on one sheet."""
