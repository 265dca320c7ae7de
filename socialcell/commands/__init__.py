"""One thin file a noun: parse, call a service, print."""
