"""The bedside: signals in, beats and alarms out. Decision support for documentation, not a medical device.

Nothing here decides that a person is dead: an alarm asks somebody to look (R01).
"""
