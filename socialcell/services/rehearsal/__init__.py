"""Rehearsals: the whole product stepped through simulated days on the sandbox."""
