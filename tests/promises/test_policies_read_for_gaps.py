"""Texts of the group that do not agree: each rule finds its case, and nothing where there is nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import plugins, tables
from monitor.promises.joint_use.daily import look
from monitor.promises.policies import Published, gaps
from monitor.registry.apply import apply, set_fields
from monitor.registry.format import Company, JointUse, LinkedSite, Policy
from monitor.registry.read import read
from monitor.registry.texts import in_effect
from monitor.tables.store import opened
from tests.promises.joint import group

DAY = date(2026, 9, 1)
AT = datetime(2026, 9, 1, 1, tzinfo=UTC)
COMPANIES = {key: Company(key=key, name=key, managers=()) for key in ("one", "two")}


def text(key="a", **said):
    return Policy.model_validate({"key": key, "url": f"https://{key}.example/", "effective_from": "2006-01-31", **said})


def found(*texts, uses=(), sites=(), watched=None, day=DAY):
    by_key = [{one.key: one for one in many} for many in (texts, uses, sites)]
    published = Published(by_key[0], by_key[1], COMPANIES, by_key[2], watched or {})
    return [(gap.rule, gap.about) for gap in gaps(published, day)]


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ([text(contacts=["a@g.example"]), text("b", contacts=["b@g.example"])], ("contacts-differ", ("a", "b"))),
        ([text(provides=["consent", "joint_use"], states=["responsible", "address", "representative"]), text("b", provides=["consent"], only=True)],
         ("relations-disagree", ("b", "a"))),
        ([text(joint_use=["customers"], states=["fact", "responsible"])], ("fifth-item-missing", ("a",))),
        ([text(purposes=["p01"]), text("b", purposes=["p01", "p02"])], ("purposes-differ", ("a", "b"))),
        ([text(companies=["one"])], ("companies-differ", ("a",))),
    ],
)  # fmt: skip
def test_what_one_text_says_and_another_does_not_is_found(texts, rule):
    assert found(*texts) == [rule]
    assert found(texts[0].model_copy(update={"effective_from": date(2027, 1, 1)}), *texts[1:]) == []


def test_a_joint_use_that_no_text_tells_of_and_a_linked_site_that_is_supervised_are_found():
    use = JointUse.model_validate({"key": "customers", "members": ["one"]})
    told = text(joint_use=["customers"], states=["responsible", "address", "representative"])
    assert found(text(), uses=[use]) == [("joint-use-untold", ("customers",))]
    assert found(told, uses=[use]) == []
    site = LinkedSite(key="shop", url="https://shop.example/a")
    assert found(sites=[site], watched={"acme": ["https://shop.example/b"]}) == [
        ("linked-site-supervised", ("shop", "acme"))
    ]
    assert found(sites=[site], watched={"acme": ["https://other.example/"]}) == []


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)
def test_of_one_address_the_latest_version_that_has_begun_holds(days, day):
    texts = [text(f"v{number}", url="https://g.example/", effective_from=begun) for number, begun in enumerate(days)]
    holding = in_effect(texts, day)
    begun = [one for one in days if one <= day]
    assert [one.effective_from for one in holding] == ([max(begun)] if begun else [])


async def test_once_a_day_the_notice_is_kept_and_what_it_lacks_is_a_case_until_the_register_has_it(database, tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text(group(), encoding="utf-8")
    async with opened(await database()):
        await apply(read([file], plugins.known()), AT, {})
        assert await look(AT) == 1
        assert await look(AT) == 0
        seen = await tables.NoticeSeen.get(joint_use="customers")
        assert seen.missing == ["address", "representative"]
        assert '"responsible"' in (await tables.NoticeText.get(sha256=seen.sha256)).text
        case = await tables.Case.get(rule="joint_use_notice_incomplete")
        assert (case.company_id, case.closed_at) == ("impress", None)
        complete = {"address": "1-1 Kanda, Tokyo", "representative": "the president"}
        await set_fields("company", "impress", complete, AT)
        assert await look(AT) == 1
        assert (await tables.Case.get(id=case.id)).closed_at == AT
        assert (await tables.NoticeSeen.get(joint_use="customers")).missing == []
