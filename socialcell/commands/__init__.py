"""One thin file a noun: parse, call a job, print."""
