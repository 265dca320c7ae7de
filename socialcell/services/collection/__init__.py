"""Reading sources: runs, pages, allowances, credentials, imports and rechecks."""
