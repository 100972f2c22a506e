"""The product as `manage.py up` runs it — web, worker, scheduler, demo — and a browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from ipdash.launch.demo import PASSWORD
from tests.jobs.site import Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass
class Product:
    """The running product's address and the installation it runs on."""

    address: str
    site: Site


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Started once a test process; its own database, variable folder and queue."""
    folder = tmp_path_factory.mktemp("product")
    with Site(
        folder, DJANGO_SETTINGS_MODULE="ipdash.settings", IPDASH_QUEUE=f"e2e-{os.getpid()}", IPDASH_PUBLIC="1"
    ) as site:
        port = _free_port()
        process = site.start("manage.py", "up", "--port", str(port))
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 180
        while not _answers(f"{address}/healthz"):
            assert process.poll() is None, site.story()
            assert time.monotonic() < until, site.story()
            time.sleep(0.2)
        yield Product(address, site)
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Visitor:
    """A person at the browser, and everything the browser complained about."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Goes to a path; the answer's status."""
        response = self.page.goto(self.address + path)
        assert response is not None
        return response.status

    def watch(self) -> None:
        """Notes every request to another host and every console error, a CSP violation among them."""
        self.page.on("request", self._foreign)
        self.page.on("console", self._complaint)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _foreign(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "about:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _complaint(self, message: ConsoleMessage) -> None:
        # Chromium logs 4xx answers as errors; the tests look at statuses themselves.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")


@pytest.fixture
def visit(product: Product, browser: Browser) -> Callable[..., object]:
    """`with visit("leader", width=390) as visitor:` — somebody logged in, in a window of that width."""

    @contextmanager
    def start(username: str, *, width: int = 1280) -> Iterator[Visitor]:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True)
        visitor = Visitor(context.new_page(), product.address)
        visitor.watch()
        try:
            visitor.open("/login/")
            visitor.page.fill("[name=username]", username)
            visitor.page.fill("[name=password]", PASSWORD)
            visitor.page.click("main button[type=submit], main button.primary")
            visitor.page.wait_for_load_state()
            yield visitor
        finally:
            context.close()

    return start


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="session")
def names(product: Product) -> dict[str, Any]:
    """What `{plan}` and the like stand for in a path."""
    one = product.site.number
    return {
        "plan": one("SELECT id FROM plans_plan WHERE slug = 'bishan'"),
        "baoji": one("SELECT id FROM plans_plan WHERE slug = 'baoji'"),
        "chongqing": one("SELECT id FROM plans_plan WHERE slug = 'chongqing'"),
        "line": one("SELECT l.id FROM indicators_targetline l WHERE l.printed_name = '万人发明专利拥有量'"),
        "task": one(
            "SELECT min(t.id) FROM plans_plantask t JOIN plans_plan p ON p.id = t.plan_id WHERE p.slug = 'baoji'"
        ),
    }
