"""The page in a real browser: nothing in its console, charts drawn, links that open what they name.

Run with ``make test-browser``; skipped where there is no Chromium or Chrome.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr --log-level=0 --virtual-time-budget=4000"
)
PROBE = """\
<script>
const seen = {
  charts: [...document.querySelectorAll("figure svg")].filter((svg) => svg.getBoundingClientRect().height > 20).length,
  wide: document.documentElement.scrollWidth > innerWidth + 1,
  open: [...document.querySelectorAll("details[open] [id]")].map((one) => one.id),
  hidden: document.querySelectorAll("details[hidden]").length,
  filter: !document.querySelector("form.filter").hidden,
  ground: getComputedStyle(document.body).backgroundColor,
};
document.title = "SEEN " + JSON.stringify(seen);
</script>
"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")


@pytest.fixture
def look(tmp_path, page):
    """Load the page, with a probe at its end that may run, and answer what the probe saw and the console's lines."""

    def looked(*flags, target="", width=1200):
        text = page.read_text(encoding="utf-8")
        policy = re.compile(r"script-src '[^']*'")
        probed = tmp_path / "probed.html"
        probed.write_text(policy.sub("script-src 'unsafe-inline'", text).replace("</body>", f"{PROBE}</body>"))
        command = [
            BROWSER,
            *FLAGS.split(),
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900",
            *flags,
            "--dump-dom",
            f"{probed.as_uri()}{target}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        found = re.search(r"<title>SEEN (.*?)</title>", done.stdout)
        assert found, done.stderr[-2000:]
        return json.loads(unescape(found[1])), [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return looked


def test_charts_are_drawn_and_the_console_is_silent(look):
    seen, console = look()
    assert seen["charts"] >= 4
    assert not seen["wide"], "nothing sticks out to the right"
    assert seen["filter"]
    assert seen["hidden"] == 0
    assert seen["ground"] == "rgb(255, 255, 255)"
    assert console == []


def test_a_link_opens_its_experiment(look):
    seen, console = look(target="#exp-13")
    assert seen["open"] == ["exp-13"]
    assert console == []


def test_a_phone_gets_charts_of_its_own_and_no_sideways_scrolling(look):
    seen, _ = look(width=500)
    assert seen["charts"] >= 4
    assert not seen["wide"]


def test_dark_is_dark(look):
    seen, _ = look("--blink-settings=preferredColorScheme=0")
    assert seen["ground"] != "rgb(255, 255, 255)"


def test_the_pages_own_script_is_the_only_one_that_may_run(tmp_path, page):
    """As it is delivered, without the probe: the browser refuses nothing and reports nothing."""
    command = [BROWSER, *FLAGS.split(), f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert "Content Security Policy" not in done.stderr
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert '<form class="filter">' in done.stdout, "the script ran"
