"""What the daemon does, and when each of it is due; the process is scheduler.py."""
