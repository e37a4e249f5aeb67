"""A request away from the web: as a workbook that is filled in and comes back, and as a sheet of paper with a number.

Pure: what is written and read here knows questions and answers, and neither rows nor pages.
"""
