"""What follows at once from what a party has told us: the clocks that start, and what was only waiting for its word.

Kinds of duty call it in the transaction in which an answer is handed in, as they call `remediation` when one is
accepted. What companies do about it afterwards stands in `promises`.
"""
