"""Pages on one incident and on one critical item."""
