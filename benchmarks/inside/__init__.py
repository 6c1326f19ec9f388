"""What runs inside a measurement: Django is set up, the database is KINFIRST_DB."""
