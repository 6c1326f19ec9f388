"""Kinfirst: from a flat line to the last person who must be told, the closest first, nobody out of turn.

This module imports nothing, so that `kinfirst.core` can be read, tested and reused with msgspec alone.
"""

__version__ = "0.1.0"
