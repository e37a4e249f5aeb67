"""Measures what the product promises about its cost: each scenario against a rival or a limit, in the same run.

Absolute times depend on the machine and on who else uses it. What is compared here is therefore CPU time of the process
concerned, and rivals take turns with us (interleaved rounds), so that a slow minute hits both. `docs/performance.md`
tells what each figure means and where it stops being true.
"""
