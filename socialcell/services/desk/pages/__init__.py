"""What pages of the desk read: a case, and lists of cases."""
