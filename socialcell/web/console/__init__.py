"""The staff console: its table of screens, and one module for each subject."""
