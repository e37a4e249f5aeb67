"""証跡一式, the evidence pack: what an auditor needs of a company, a party or a year, in one file that can be checked
without this product (APPI 146: the Commission may ask for materials).

`registers` says which rows go in, `lines` which lines of the ledger, `proofs` gathers receipts and files, `archive` is
the file itself, `making` puts it together.
"""
