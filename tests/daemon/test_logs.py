"""Nothing in a log opens anything: at every level, in both styles, in tracebacks and fields too."""

from __future__ import annotations

import json
import logging
import secrets

import pytest

from monitor.links import FORM, SIGN_IN, Keyring, fresh_id, spell
from monitor.logs import Json, Redacting, set_up

KEYRING = Keyring({"k1": secrets.token_bytes(32)})
SPOKEN = {
    "form link": spell(KEYRING, fresh_id(), FORM),
    "sign-in link": spell(KEYRING, fresh_id(), SIGN_IN),
    "database password": "hunter2",
    "password with marks": "p@ss:w/rd",
}
TEXTS = {
    "form link": "GET https://itaku.example/f/{} failed",
    "sign-in link": "sent to /sign-in/{}?next=/",
    "database password": "cannot reach postgres://itaku:{}@db.example/itaku today",
    "password with marks": "redis://:{}@cache.example:6379",
}
LEVELS = [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR]


@pytest.fixture
def speak(capsys, request):
    """Logs as the daemon does and gives back what reached stderr."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def say(style: str, level: int, text: str, *args, **more) -> str:
        set_up("debug", style)
        logging.getLogger("monitor.somewhere").log(level, text, *args, **more)
        return capsys.readouterr().err

    yield say
    root.handlers[:], root.level = before, level


@pytest.mark.logs_errors
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("what", SPOKEN)
def test_no_secret_is_logged_at_any_level(speak, style, level, what):
    secret = SPOKEN[what]
    whole = TEXTS[what].format(secret)
    said = (
        speak(style, level, whole)
        + speak(style, level, "about %s", whole)
        + speak(style, level, "x", extra={"url": whole})
    )
    assert said.count("\n") == 3
    assert "somewhere" in said
    assert secret not in said
    assert secret[-8:] not in said


@pytest.mark.logs_errors
@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_is_logged_in_a_traceback(speak, style):
    secret = SPOKEN["form link"]
    said = speak(style, logging.ERROR, "it broke", exc_info=RuntimeError(f"no page at /f/{secret}"))
    assert "no page at" in said
    assert secret not in said


def test_a_structured_line_is_one_object_with_its_fields(speak):
    said = speak("json", logging.WARNING, "mail %s waits", 7, extra={"mail": 7})
    line = json.loads(said)
    assert (line["level"], line["logger"], line["message"], line["mail"]) == (
        "warning",
        "monitor.somewhere",
        "mail 7 waits",
        "7",
    )
    assert line["at"].endswith("+00:00")


def test_a_line_break_in_what_a_stranger_said_forges_no_structured_line(speak):
    assert speak("json", logging.INFO, "they said %s", 'x"}\n{"level": "info"').count("\n") == 1


def test_libraries_speak_from_warnings_on_and_the_scheduler_of_errors_only(capsys, speak):
    speak("text", logging.DEBUG, "ours")
    logging.getLogger("aiosmtplib").debug("AUTH PLAIN aHVudGVyMg==")
    logging.getLogger("aiosmtplib").info("AUTH LOGIN")
    logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances reached")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("formatter", [Json(), Redacting("%(message)s")], ids=["json", "text"])
def test_what_is_no_secret_stays_readable(formatter):
    text = "GET https://www.party.example:8443/a/b?x=1 itk_ none@party.example"
    record = logging.LogRecord("monitor", logging.INFO, __file__, 1, text, None, None)
    assert text in formatter.format(record)
