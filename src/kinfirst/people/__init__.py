"""The people registry: who somebody is, whose kin they are, which office they hold, and where to reach them.

Names, code names, addresses and numbers are encrypted; everything else refers to people by a random id.
"""
