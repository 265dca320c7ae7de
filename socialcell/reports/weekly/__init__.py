"""The weekly report: counted, frozen, summarised, shown."""
