"""A form without files is taken apart at once, and says what aiohttp's own reader would have heard."""

import asyncio
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.web.fields import PARTS, Form
from monitor.web.plain_form import boundary_of, plain

BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
NAMES = st.text("abcXYZ019_.:-", min_size=1, max_size=12)
PIECES = st.sampled_from([b"\r\n", b"--", BOUNDARY, b"\r\n--", b"\n", b"\r", b"", b"a", "日本".encode(), b"\xff", b'"'])
TEXTS = st.lists(PIECES, max_size=6).map(b"".join)
HEADS = st.sampled_from(
    [
        b'Content-Disposition: form-data; name="%s"',
        b'Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="%s"',
        b'content-disposition: form-data; name="%s"\r\ncontent-type: text/plain',
    ]
)
FIELDS = st.lists(st.tuples(HEADS, NAMES, TEXTS), max_size=5)
NO_FILE = b'Content-Disposition: form-data; name="f"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n'


def form(*parts):
    return b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + BOUNDARY + b"--\r\n"


async def heard(body):
    """What the reader that is ready for files makes of it; none where it refuses."""
    stream = StreamReader(Mock(_reading_paused=False), 2**20, loop=asyncio.get_running_loop())
    stream.feed_data(body)
    stream.feed_eof()
    found, reader = [], Form({"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}, stream)
    while (part := await reader.next()) is not None:
        text = await part.read()
        if part.filename is None:
            found.append((part.name, bytes(text)))
    return found


@given(FIELDS)
@settings(max_examples=60)
def test_whatever_was_typed_is_heard_as_the_other_reader_hears_it(sent):
    body = form(*(head % name.encode() + b"\r\n\r\n" + text for head, name, text in sent), NO_FILE)
    found = plain(body, BOUNDARY, PARTS)
    assert found is None or found == asyncio.run(heard(body))
    if not any(BOUNDARY in text for *_, text in sent):
        assert found == [(name, text) for _, name, text in sent]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing of the kind",
        form(b'Content-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nof a file'),
        form(NO_FILE + b"and yet it has a text"),
        form(b'Content-Disposition: form-data; name="a b"\r\n\r\na name that is none of ours'),
        form(b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\neA=='),
        form(b'Content-Disposition: form-data; name="a"\r\nContent-Length: 1\r\n\r\nxyz'),
        form(b'Content-Disposition: form-data; name="a"'),
        form(b'Content-Disposition: form-data; name="a"\r\n\r\nx')[:-4],
        b"before\r\n" + form(b'Content-Disposition: form-data; name="a"\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="a"\r\n\r\nx') + b"after",
    ],
)
def test_a_form_of_any_other_shape_is_left_to_the_other_reader(body):
    assert plain(body, BOUNDARY, PARTS) is None


def test_a_form_of_more_fields_than_any_form_has_is_left_to_whoever_refuses_it():
    field = b'Content-Disposition: form-data; name="a"\r\n\r\nx'
    assert plain(form(*[field] * 3), BOUNDARY, 3) == [("a", b"x")] * 3
    assert plain(form(*[field] * 4), BOUNDARY, 3) is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (f"multipart/form-data; boundary={BOUNDARY.decode()}", BOUNDARY),
        ('multipart/form-data; boundary="a"', b"a"),
        ("multipart/form-data", None),
        ("multipart/form-data; boundary=" + "x" * 71, None),
        ("multipart/mixed; boundary=a", None),
    ],
)
def test_what_stands_between_fields_is_read_from_the_header(said, found):
    assert boundary_of(said) == found
