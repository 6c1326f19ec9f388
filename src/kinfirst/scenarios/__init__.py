"""Rehearsals: scenario files read, played on a simulated clock through the real record, and judged."""
