"""Stage: what a company owes itself, and what its people do about it.

A kind of such a duty has a module of its own: what brings it about, and what follows from its being done. Days, ladder,
being overdue, taking in hand and the record are the same for all kinds.
"""
