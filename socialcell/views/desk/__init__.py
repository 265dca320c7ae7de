"""Read models of cases: one case with its conversations, and rows of the inbox."""
