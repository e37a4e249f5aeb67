"""指摘事項の是正: what accepted answers left to be put right, from its finding to its proof.

A finding is raised when the answer that raises it is accepted, asked about in a request of its own, and settled by
evidence that a named person accepts or by a look. Nothing here knows why a request is made or by whom a page is read.
"""
