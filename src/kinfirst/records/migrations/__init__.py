"""Migrations of the record: tables first, then the triggers that make them append-only."""
