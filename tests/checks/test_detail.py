"""What a check found is said in the language of whoever reads it, and a stranger's words stay a stranger's."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from checks.detail import LONGEST, Detail
from monitor.language import Message

STRANGERS = st.text(max_size=400)


def test_a_detail_is_english_by_itself_and_japanese_in_the_catalogue():
    detail = Detail("The file is served as {kind}.", kind=Detail("nothing in particular"))
    assert detail == "The file is served as nothing in particular."
    said = Message.of(json.loads(json.dumps(detail.parts)))
    assert said.in_("ja") == "ファイルの種類が 種類の指定なし として配信されています。"


@given(STRANGERS, STRANGERS)
def test_what_a_stranger_wrote_is_never_read_as_words_of_ours(name, other):
    detail = Detail.listed([Detail("{name} twice", name=name), Detail("{name} twice", name=other)])
    assert len(detail) <= LONGEST
    assert detail.isprintable()
    again = Detail.read(json.loads(json.dumps(detail.parts)))
    assert (again, again.parts) == (detail, detail.parts)
    assert Message.of(detail.parts).in_("en")[: LONGEST - 1] == detail[: LONGEST - 1]
