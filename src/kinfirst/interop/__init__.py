"""What comes in from, and goes out to, other systems: one folder a standard, each a pure codec."""
