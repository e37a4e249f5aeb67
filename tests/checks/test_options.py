"""What an endpoint may set of a check: its fields, by their types, and nothing else."""

from __future__ import annotations

import pytest

from checks import CHECKS
from checks.options import BadOptions, configured
from checks.tls import TlsCheck


def test_options_are_the_fields_of_the_check():
    assert configured(TlsCheck(), {"notice_days": 60}) == TlsCheck(notice_days=60)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_without_options_a_check_is_as_everybody_gets_it(check):
    assert configured(check, {}) is check


def test_every_option_that_is_not_taken_is_named_with_its_reason():
    with pytest.raises(BadOptions) as refused:
        configured(TlsCheck(), {"notice_days": "soon", "warn": 3})
    assert set(refused.value.wrong) == {"notice_days", "warn"}
    assert "integer" in refused.value.wrong["notice_days"]
    assert "critical_days, high_days, notice_days" in refused.value.wrong["warn"]


def test_a_check_without_options_says_so():
    with pytest.raises(BadOptions) as refused:
        configured(CHECKS["headers"], {"x": 1})
    assert refused.value.wrong == {"x": "this check has no options"}
