"""Pages of the desk: the inbox, cases, and what answers them."""
