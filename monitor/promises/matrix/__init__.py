"""The promise matrix: every company of the group and every promise, each with the age of its freshest evidence, and the
way to it (`table.py`). What the promises are stands in `clauses.py`, what proves one in `sources.py`.
"""
