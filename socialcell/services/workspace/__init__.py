"""The workspace: set up, backed up, restored, verified, and who may open it."""
