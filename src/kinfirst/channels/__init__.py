"""Ways out of the house: pages to staff and notices to organisations, one folder for each kind of way.

No channel carries a death to kin: that is told by a person, in person (R27). What a channel is given holds an
alias, a kind of task and a link, and was scanned before it is carried (R72).
"""
