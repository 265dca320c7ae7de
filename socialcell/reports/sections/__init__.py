"""The sections of the weekly report, one module for each."""
