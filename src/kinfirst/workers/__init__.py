"""What goes on by itself: time passing, messages leaving, seals being made.

Any number of workers share one database with no coordinator: what is due is claimed under a lease (records.claims),
so a worker that is killed loses nothing and doubles nothing.
"""
