"""Who is shown by name: pseudonyms, masking, and topics that are protected."""
