"""Whoever adds a register says whether auditors get it."""

from __future__ import annotations

import pytest

from monitor import tables
from monitor.promises.pack.lines import SUBJECTS, WITHIN
from monitor.promises.pack.registers import LEFT_OUT, REGISTERS

OWNERS = {"company", "party", "engagement", "obligation"}
MODELS = [getattr(tables, name) for name in tables.__all__]


@pytest.mark.parametrize(
    "model", [model for model in MODELS if OWNERS & model._meta.fk_fields], ids=lambda one: one.__name__
)
def test_each_register_goes_into_a_pack_or_it_is_said_why_not(model):
    assert (model in {one.model for one in REGISTERS.values()}) != (model in LEFT_OUT)


@pytest.mark.parametrize("name", [name for name, register in REGISTERS.items() if register.whose[1]])
def test_lines_about_each_register_of_parties_are_found_or_it_is_said_what_they_are_about(name):
    model = REGISTERS[name].model
    assert (model in {one for one, _, _ in SUBJECTS.values()}) != (model in WITHIN)
