"""調査票: questionnaires as data, and everything that can be said about one without a database, a clock or a network.

A questionnaire is loaded from TOML, frozen into each request as the exact text that was sent, and answered. Answers
are read from what people type, examined for what is missing or wrong, and compared with last time's.
"""

from monitor.questionnaire.adding import extended, worded
from monitor.questionnaire.answers import Answer, Change, EvidenceFile, diff
from monitor.questionnaire.defaults import attestation_questionnaire
from monitor.questionnaire.entry import Entry, parse
from monitor.questionnaire.examination import (
    Examination,
    Examined,
    QuestionState,
    SectionState,
    examine,
    findings,
    shown,
    submission,
)
from monitor.questionnaire.freezing import Frozen, freeze, freeze_answers, thaw, thaw_answers, with_places
from monitor.questionnaire.judgement import unstorable
from monitor.questionnaire.loading import InvalidQuestionnaire, Mistake, from_data, load, load_all
from monitor.questionnaire.model import Choice, Evidence, Finding, Place, Question, Questionnaire, QuestionType, Section
from monitor.questionnaire.my_number import holds_my_number
from monitor.questionnaire.problem import Problem
from monitor.questionnaire.score import Gate, Line, Score, SectionScore, Standing, gate_of, score
from monitor.questionnaire.text import Language, Text

__all__ = [
    "Answer",
    "Change",
    "Choice",
    "Entry",
    "Evidence",
    "EvidenceFile",
    "Examination",
    "Examined",
    "Finding",
    "Frozen",
    "Gate",
    "InvalidQuestionnaire",
    "Language",
    "Line",
    "Mistake",
    "Place",
    "Problem",
    "Question",
    "QuestionState",
    "QuestionType",
    "Questionnaire",
    "Score",
    "Section",
    "SectionScore",
    "SectionState",
    "Standing",
    "Text",
    "attestation_questionnaire",
    "diff",
    "examine",
    "extended",
    "findings",
    "freeze",
    "freeze_answers",
    "from_data",
    "gate_of",
    "holds_my_number",
    "load",
    "load_all",
    "parse",
    "score",
    "shown",
    "submission",
    "thaw",
    "thaw_answers",
    "unstorable",
    "with_places",
    "worded",
]
