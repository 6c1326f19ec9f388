"""How each event changes a case."""
