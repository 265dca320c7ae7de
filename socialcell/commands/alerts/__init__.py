"""Commands on alerts, incidents, commitments and rumours."""
