"""Pages by SMS, push and chat, through apprise."""
