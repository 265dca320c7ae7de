"""PMC Care by file: cases out, statuses in, the nightly comparison."""
