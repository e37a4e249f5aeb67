"""The same stages over a virtual clock and a database in memory. Nothing is sent, and the answer is what would
happen.
"""
