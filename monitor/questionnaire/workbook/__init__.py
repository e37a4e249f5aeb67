"""A questionnaire as an Excel workbook and back: one row a question, to be edited by whoever writes them.

What is written is read back as exactly the same questionnaire. Columns are known by the keys in their second row, which
are those of the TOML file; so they may be moved, and columns of one's own be added.
"""

from monitor.questionnaire.workbook.reading import from_workbook
from monitor.questionnaire.workbook.writing import to_workbook

__all__ = ["from_workbook", "to_workbook"]
