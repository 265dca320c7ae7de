"""Commands on the workspace: set-up, database, daemon, servers, privacy, demo."""
