"""The report in a real browser: no message on its console, no serious fault for assistive technology, at any width."""

from __future__ import annotations

import shutil

import pytest

from tests.markdown import ROOT
from tests.pack.test_pack import pack, repository  # noqa: F401  a fixture

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
HOSPITAL = ROOT / "tests/cases/hospital"
VIEWS = [(1200, "light"), (400, "dark")]
PATIENCE = 180_000  # milliseconds; CI may be busy


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=["small", "hospital"])
def page(browser, repository, request):  # noqa: F811
    if request.param == "hospital":
        shutil.copytree(HOSPITAL, repository.path, dirs_exist_ok=True)
    pack(repository, "--profile", "hipaa")
    context = browser.new_context(offline=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("requestfailed", lambda request: page.said.append(request.url))
    page.goto((repository.path.parent / "pack/index.html").as_uri())
    yield page
    context.close()


def test_it_is_quiet_fits_and_is_accessible(page):
    from axe_playwright_python.sync_playwright import Axe

    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert width >= page.evaluate("document.documentElement.scrollWidth")
        found = Axe().run(page).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ]
        assert [] == serious
    assert page.pdf(format="A4").startswith(b"%PDF-")
    assert [] == page.said


@pytest.mark.parametrize("page", ["small"], indirect=True)
def test_hostile_text_is_shown_and_does_not_run(page):
    assert 0 == page.evaluate("document.scripts.length")
    assert "results <b>" in page.inner_text("#senders ~ *")
    assert [] == page.said
