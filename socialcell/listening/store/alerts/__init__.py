"""SQL on incidents, alert rules, commitments and rumours."""
