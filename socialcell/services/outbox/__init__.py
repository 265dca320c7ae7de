"""What is sent: the outbox, its modes, acknowledged calls and election periods."""
