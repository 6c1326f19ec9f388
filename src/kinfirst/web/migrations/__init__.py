"""Schema of what the pages keep beside the record."""
