"""再委託: who may handle the data below a party, asked for beforehand, decided on, and known down to the last one.

General Guidelines 3-4-4 want the prior report or approval, GDPR 28(2) an authorisation, My Number Act 10 the consent of
whoever entrusted first.
"""

from __future__ import annotations

from monitor.hearing.chain.asking import Asking, request
from monitor.hearing.chain.finding import handed, named
from monitor.hearing.chain.tree import Node, countries, forest, tree
from monitor.promises.sub_entrustment.beginning import begin
from monitor.promises.sub_entrustment.deciding import consent, decide, end
from monitor.promises.sub_entrustment.detecting import Standing, detect, failing
from monitor.promises.sub_entrustment.turning import turn

__all__ = [
    "Asking",
    "Node",
    "Standing",
    "begin",
    "consent",
    "countries",
    "decide",
    "detect",
    "end",
    "failing",
    "forest",
    "handed",
    "named",
    "request",
    "tree",
    "turn",
]
