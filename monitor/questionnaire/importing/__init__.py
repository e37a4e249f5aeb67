"""Other people's check sheets as questionnaires: a CAIQ workbook, or any Excel チェックシート.

We ship no text of theirs: the file is the user's own, and what comes out is as theirs to use as the file was. Whatever
could not be read is listed, row by row; nothing is made up for it.
"""

from monitor.questionnaire.importing.caiq import from_caiq
from monitor.questionnaire.importing.checklist import from_checklist
from monitor.questionnaire.importing.tables import Imported, Unread

__all__ = ["Imported", "Unread", "from_caiq", "from_checklist"]
