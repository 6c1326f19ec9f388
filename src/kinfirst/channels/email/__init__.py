"""Pages by e-mail, through Django's mail."""
