"""Files that people hand in: exports, tables, own formats."""
