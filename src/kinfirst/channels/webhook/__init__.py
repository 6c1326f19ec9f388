"""Pages and notices to other systems: one signed HTTP POST with its idempotency key."""
