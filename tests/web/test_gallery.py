"""Every part of the kit in every state, in every layout, both languages, light, dark and forced colours."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.assets import TEMPLATES
from monitor.language import LANGUAGES
from monitor.rendering import environment, render

STATIC = TEMPLATES / "static"
STYLES = (STATIC / "vendor/digital-go-jp-design-tokens-1.1.9/tokens.css", STATIC / "itaku.css")
LAYOUTS = ("form", "console", "public")
#: What the vendor's pages are served with: nothing but our own styles and images, forms to ourselves.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#: WCAG 1.4.12: what a reader may set without losing anything.
SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }"

in_a_browser = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(60)]


def values(language: str, layout: str) -> dict[str, Any]:
    ja = language == "ja"
    return {
        "layout": f"web/{layout}.html",
        "asker": "株式会社インプレスホールディングス" if ja else "Impress Holdings, Inc.",
        "subject": "安全管理措置の確認 ITK-000123" if ja else "Confirmation of security control measures ITK-000123",
        "operator": "インプレスグループ" if ja else "Impress Group",
        "group": "インプレスグループ" if ja else "Impress Group",
        "languages": [{"text": "日本語", "href": "/ja/form", "lang": "ja", "current": ja},
                      {"text": "English", "href": "/en/form", "lang": "en", "current": not ja}],
        "contact": {"name": "個人情報保護事務局" if ja else "Privacy office", "email": "privacy-office@impress-holdings.example", "phone": "03-0000-0000"},
        "links": [{"text": "このメールは本物ですか" if ja else "Is this mail genuine?", "href": "/verify"}],
        "companies": [{"value": "impress", "text": "株式会社インプレス", "selected": True},
                      {"value": "long", "text": "株式会社インプレスホールディングス・コミュニケーションズ・ソリューションズ東日本事業本部"}],
        "company_action": "/",
        "navigation": [{"text": text, "href": f"/{number}", "current": number == 0, "count": count} for number, (text, count) in enumerate(
            [("今日", 3), ("委託先", 0), ("期限", 0), ("検査", 2), ("送信", 0), ("台帳", 0)] if ja
            else [("Today", 3), ("Trustees", 0), ("Due dates", 0), ("Checks", 2), ("Mail", 0), ("Ledger", 0)])],
        "breadcrumb": [{"text": "今日" if ja else "Today", "href": "/"}, {"text": "髙﨑印刷株式会社"}],
        "me": "reviewer-1@impress-holdings.example", "here": "/", "preferences_action": "/preferences", "signout_action": "/sign-out",
        "foot": "台帳の先頭 1302" if ja else "Head of the ledger 1302", "paper": "ITK-000123 9f86d081",
    }  # fmt: skip


def gallery(language: str, layout: str, **more: Any) -> str:
    return render("web/gallery.html", language, values(language, layout) | more)


@pytest.fixture
async def site():
    """Serves the gallery as `/<language>/<layout>` with the vendor pages' policy; `site.app["sent"]` is what was posted."""
    sent: list[dict[str, str]] = []

    async def page(request: web.Request) -> web.Response:
        if request.method == "POST":
            sent.append({key: str(value) for key, value in (await request.post()).items()})
        text = gallery(request.match_info["language"], request.match_info["layout"], **request.query)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    app = web.Application()
    app.router.add_route("*", "/{language:ja|en}/{layout:form|console|public}", page)
    app.router.add_static("/static", STATIC)
    async with TestServer(app) as server:
        server.sent = sent
        yield server


# --- What the templates promise without a browser ---------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["base", *LAYOUTS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_holds_a_script_a_style_or_anything_from_elsewhere(language, layout):
    page = gallery(language, layout)
    assert not re.findall(r"<(?:script|style|iframe|object|embed)\b|\sstyle=|\son\w+=|javascript:", page)
    assert not re.findall(r"""<(?:link|img|input|use)\b[^>]*(?:href|src)=["'](?!/static/)""", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_stands_once_and_everything_referred_to_is_there(language):
    page = gallery(language, "form")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = " ".join(re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page)).split()
    assert set(referred) <= set(ids)


def test_what_is_handed_in_is_escaped():
    kit = environment("en", html=True).get_template("web/kit.html").module
    bad = '<b class="x">&\''
    written = [
        kit.button(bad, about=bad), kit.text("q", bad, bad, hint=bad, error=bad, source=bad, unit=bad), kit.textarea("q", bad, "</textarea>" + bad),
        kit.radios("q", bad, [{"value": bad, "text": bad, "hint": bad}], error=bad, na={"reason": bad}, comment={"value": bad, "hint": bad}),
        kit.checkboxes("q", bad, [{"value": bad, "text": bad}], error=bad), kit.date("q", bad, (bad, bad, bad)), kit.error_summary([{"text": bad, "href": bad}]),
        kit.file("q", bad, [{"id": bad, "name": bad, "size": bad, "note": bad}]), kit.select("q", bad, [{"value": bad, "text": bad}], blank=bad),
        kit.task_list([{"title": bad, "state": "started", "href": bad, "note": bad}]), kit.facts([(bad, bad)]), kit.notification("info", bad, bad),
        kit.check_answers([{"question": bad, "answer": [bad], "before": bad, "note": bad, "problem": bad, "href": bad, "files": [{"name": bad, "size": bad}]}]),
        kit.table(bad, [bad], [[bad]]), kit.timeline([{"at": bad, "what": bad, "detail": bad}]), kit.next_steps([{"when": bad, "what": bad, "who": bad}]),
        kit.bars([{"day": bad, "verdict": "fail", "text": bad}], bad), kit.spark([1, 2], bad), kit.hash(bad), kit.promise(bad, bad), kit.tag("open", bad),
        kit.confirmation(bad, bad), kit.empty_state(bad, {"text": bad, "href": bad}), kit.tabs([{"text": bad, "href": bad}], bad), kit.meter(1, 2, bad),
    ]  # fmt: skip
    assert not [part for part in written if re.search(r'<b class|="[^"]*<b|</textarea><b', part)]


def test_a_translated_label_is_escaped_once():
    kit = environment("ja", html=True).get_template("web/kit.html").module
    label = environment("ja", html=True).from_string('{{ _("%(name)s is asked", name=name) }}').render(name="A&B")
    assert "A&amp;B" in kit.text("q", environment("ja", html=True).filters["safe"](label))
    assert "amp;amp;" not in kit.text("q", environment("ja", html=True).filters["safe"](label))


def test_a_page_with_errors_says_so_in_its_title():
    assert "<title>Error: " in gallery("en", "form", errors=[{"text": "Choose yes or no.", "href": "#policy"}])
    assert "<title>Error: " not in gallery("en", "form")


def test_a_vendors_page_with_its_styles_is_at_most_30_kb_on_the_wire():
    files = [path.read_bytes() for path in (*STYLES, STATIC / "favicon.svg")]
    assert sum(len(gzip.compress(file)) for file in files) < 9_000
    assert sum(len(gzip.compress(file)) for file in (*files, gallery("ja", "form").encode())) < 30_000


def test_the_tokens_are_the_agencys_own():
    """The README beside the vendored file states its hash; nobody edits it here."""
    digest = base64.b64encode(hashlib.sha384(STYLES[0].read_bytes()).digest()).decode()
    assert f"sha384-{digest}" in (STYLES[0].parent / "README").read_text(encoding="utf-8")
    used = set(re.findall(r"var\((--[a-z]+-[a-z0-9-]+)\)", STYLES[1].read_text(encoding="utf-8")))
    own = set(re.findall(r"(--[a-z-]+):", STYLES[1].read_text(encoding="utf-8")))
    assert used - own <= set(re.findall(r"(--[a-z0-9-]+):", STYLES[0].read_text(encoding="utf-8")))


# --- What a browser sees ----------------------------------------------------------------------------------------------


class TestInABrowser:
    pytestmark = in_a_browser

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("layout", LAYOUTS)
    async def test_nothing_stands_in_anybodys_way(self, site, look, layout, language, scheme):
        sight = await look(str(site.make_url(f"/{language}/{layout}")), color_scheme=scheme)
        assert not await sight.barriers()
        assert not sight.complaints
        assert not sight.outside

    async def test_forced_colours_are_obeyed(self, site, look):
        sight = await look(str(site.make_url("/ja/form")), forced_colors="active")
        assert not await sight.barriers()
        assert await sight.page.evaluate("matchMedia('(forced-colors: active)').matches")
        border = await sight.page.locator(".choice:not(:has(:checked))").first.evaluate(
            "e => getComputedStyle(e).borderTopColor"
        )
        assert border == "rgb(0, 0, 0)"

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_a_small_screen_shows_everything_without_scrolling_sideways(self, site, look, language):
        for layout in LAYOUTS:
            sight = await look(str(site.make_url(f"/{language}/{layout}")), width=320)
            assert not await sight.sticking_out()
        assert not await sight.barriers()

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_large_text_and_wide_spacing_lose_nothing(self, site, look, language):
        for layout in LAYOUTS:
            for width, style in ((320, "html { font-size: 200% }"), (1280, "html { font-size: 200% }"), (320, SPACING)):
                sight = await look(str(site.make_url(f"/{language}/{layout}")), width=width, bypass_csp=True)
                await sight.page.add_style_tag(content=style)
                assert not await sight.sticking_out(), (layout, width, style)
                assert not await sight.page.evaluate(CUT_OFF), (layout, width, style)

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_no_answer_to_choose_is_broken_within_a_word_on_a_small_screen(self, site, look, language):
        sight = await look(str(site.make_url(f"/{language}/form")), width=320)
        assert await sight.page.locator(".row label").count()
        assert not await sight.page.evaluate(BROKEN_WORDS)

    async def test_everything_to_be_pressed_is_at_least_44_pixels_high(self, site, look):
        for layout in LAYOUTS:
            sight = await look(str(site.make_url(f"/ja/{layout}")), width=390)
            assert not await sight.page.evaluate(TOO_SMALL), layout

    async def test_the_keyboard_is_at_the_errors_when_there_are_some_and_no_script_runs(self, site, look):
        sight = await look(str(site.make_url("/ja/form")), java_script_enabled=False)
        assert await sight.page.evaluate("document.activeElement.className") == "errors"
        await sight.page.keyboard.press("Tab")
        await sight.page.keyboard.press("Enter")
        assert await sight.page.evaluate("document.activeElement.id") == "policy-wrong"

    async def test_the_first_stop_of_the_keyboard_leads_to_the_content(self, site, look):
        sight = await look(str(site.make_url("/ja/console")))
        await sight.page.evaluate("document.activeElement.blur()")
        await sight.page.locator(".skip").focus()
        assert await sight.page.evaluate("getComputedStyle(document.activeElement).clipPath") == "none"
        await sight.page.keyboard.press("Enter")
        assert await sight.page.evaluate("document.activeElement.id") == "main"

    async def test_the_enter_key_saves_and_never_removes_a_file(self, site, look):
        sight = await look(str(site.make_url("/ja/form")), java_script_enabled=False)
        await sight.page.locator("#company-name").press("Enter")
        await sight.page.wait_for_load_state()
        assert site.sent[0]["act"] == "save"
        assert "remove" not in site.sent[0]

    async def test_what_follows_from_an_answer_shows_with_the_answer(self, site, look):
        sight = await look(str(site.make_url("/en/form")), java_script_enabled=False)
        reason, comment = sight.page.locator("#policy-wrong_reason"), sight.page.locator("#policy-wrong_comment")
        assert not await reason.is_visible()
        assert not await comment.is_visible()
        await sight.page.locator("#policy-wrong_na").check()
        assert await reason.is_visible()
        assert not await comment.is_visible()
        await sight.page.locator("#policy-wrong_2").check()
        assert not await reason.is_visible()
        assert await comment.is_visible()

    async def test_an_answer_is_a_wide_target_and_not_a_small_circle(self, site, look):
        sight = await look(str(site.make_url("/en/form")), width=390)
        choice = sight.page.locator(".choice", has=sight.page.locator("#trigger_2"))
        await choice.scroll_into_view_if_needed()
        box = await choice.bounding_box()
        await sight.page.mouse.click(box["x"] + box["width"] - 6, box["y"] + box["height"] - 6)
        assert await sight.page.locator("#trigger_2").is_checked()

    async def test_a_manager_may_choose_light_or_dark_against_the_device(self, site, look):
        ground = "getComputedStyle(document.body).backgroundColor"
        for chosen, device, colour in (("dark", "light", "rgb(23, 26, 27)"), ("light", "dark", "rgb(255, 255, 255)")):
            sight = await look(str(site.make_url(f"/ja/console?scheme={chosen}")), color_scheme=device)
            assert await sight.page.evaluate(ground) == colour

    async def test_paper_shows_questions_and_reference_but_no_link_that_opens_the_form(self, site, look):
        sight = await look(str(site.make_url("/ja/form")), color_scheme="dark")
        await sight.page.emulate_media(media="print")
        page = sight.page
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert await page.locator(".print").is_visible()
        assert await page.locator("#policy-wrong_reason").is_visible()
        assert not await page.locator("nav").first.is_visible()
        after = "e => getComputedStyle(e, '::after').content"
        assert await page.locator("main a[href^='http']").first.evaluate(after) != "none"
        assert await page.locator("main a[href='#link']").evaluate(after) == "none"
        assert await page.locator("thead").first.evaluate("e => getComputedStyle(e).display") == "table-header-group"
        assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")


#: Text that its own box cuts off. What only screen readers hear is cut on purpose.
BROKEN_WORDS = """() => [...document.querySelectorAll('.row label')].flatMap(label =>
  [...label.textContent.matchAll(/[A-Za-z]+/g)].filter(word => {
    const range = new Range();
    range.setStart(label.firstChild, word.index);
    range.setEnd(label.firstChild, word.index + word[0].length);
    return new Set([...range.getClientRects()].map(one => one.top)).size > 1;
  }).map(String))"""
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e);
  return !e.closest('.vh, .skip, input, select, textarea, svg, .scroll, thead') && style.overflow !== 'visible'
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 200))"""

#: Links within a sentence or a table's cell are as high as their line; all else is to be hit with a thumb.
TOO_SMALL = """() => [...document.querySelectorAll('button, select, summary, .choice, .links a, .back, .errors a, .change a, .pages a, input:not([type=hidden], .choice input)')]
  .filter(e => e.checkVisibility() && !e.closest('.vh')).filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 200))"""
