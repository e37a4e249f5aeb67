"""委託先管理台帳, the ledger of trustees: every work on one line, with what its supervision has come to (APPI 25;
General Guidelines 3-4-4; PrivacyMark J.9.4).

`choosing` says which works, `reading` gathers what is known of them some at a time, `columns` what stands on a line,
`below` who works below, `sheet` and `making` make the workbook of it.
"""
