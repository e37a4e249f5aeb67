"""Channels to people. `contract.py` says what one is; each has a room of its own and knows nothing of the house."""
