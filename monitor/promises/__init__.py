"""The promises of the two policies that are no stage of their own: each with its register, its acts, and what it owes.

One module or package for each. They call the acts of the stages (`obligations`, `duties`, `cases`), and are called by
pages, the command line and simulations.
"""
