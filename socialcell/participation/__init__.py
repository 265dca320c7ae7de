"""GCCP: processes, opinion map, answers."""
