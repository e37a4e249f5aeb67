"""回答の確認: what the responsible company does with an answer that was handed in, question by question and as a whole.

`decide` holds the rules, pure; `acts` what people do. The acceptance itself, the return and which questions a returned
answer reopens belong to the duty (monitor/obligations): a script of a simulation calls those, and speaks for everybody
who would have had to agree.
"""

from monitor.reviewing.acts import Decided, Marked, Seen, accept, mark, return_, take_back
from monitor.reviewing.decide import Policy, Said, Wrong, files_again, grave, standing

__all__ = [
    "Decided",
    "Marked",
    "Policy",
    "Said",
    "Seen",
    "Wrong",
    "accept",
    "files_again",
    "grave",
    "mark",
    "return_",
    "standing",
    "take_back",
]
