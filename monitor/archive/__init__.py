"""The looks that were made, kept small.

1. `intake`: while a day lasts, each look is a row of its own; what it saw is kept once for all looks that saw the same.
2. `packing`: when the day is over, the looks of each watch become one block of a kilobyte and one line of figures.
3. `recall`: what was seen, whether it lies in rows or in blocks.

`block` is the form of a block, and knows no database. Blocks go after `cadence.keep_looks` days, figures after
`cadence.keep_daily`.
"""
