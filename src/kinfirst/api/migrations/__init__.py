"""Schema of the API's own table."""
