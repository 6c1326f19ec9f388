"""A house that never was, in virtual time, through the real engine: thousands of people, faults and clocks.

Everything is drawn from one seed and nothing else, so that the same seed gives the same bytes, and a seed that breaks
an invariant of style.md can be played again.
"""
