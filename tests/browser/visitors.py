"""The application on loopback, and the people who come to it with a browser each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect
from werkzeug.serving import make_server

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PATIENCE = 60_000  # milliseconds: a machine may be busy with other tests


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback; yield its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # each page asks for some twenty files that do not change here
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitor:
    """One person with a browser of their own; ``complaints`` is what the browser had to say about our pages."""

    address: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Response:
        """Open the page at ``path``."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer

    def sign_in(self, login: str, password: str) -> None:
        """Sign in by hand; whoever has one post lands on their first page."""
        self.go("/sign-in")
        self.page.get_by_role("textbox", name="账号").fill(login)
        self.page.get_by_role("textbox", name="密码").fill(password)
        self.page.get_by_role("main").get_by_role("button", name="登录").click()
        self.page.wait_for_url(self.address + "/")

    @property
    def path(self) -> str:
        """Return where the visitor is."""
        return self.page.url.removeprefix(self.address)


@contextmanager
def visiting(browser: Browser, address: str, screen: dict[str, Any] | None = None, **given: Any) -> Iterator[Visitor]:
    """Open a browser for somebody, with a ``screen``."""
    context = browser.new_context(**(screen or DESK), locale="zh-CN", timezone_id="Asia/Shanghai", **given)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    visitor = Visitor(address, context, context.new_page())
    listen(visitor)
    try:
        yield visitor
    finally:
        context.close()


def listen(visitor: Visitor) -> None:
    """Write down every error that the browser meets."""

    def answered(response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            visitor.complaints.append(f"{response.status} {response.url}")

    visitor.page.on("response", answered)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(f"{visitor.path}: {error}"))

    def said(message: ConsoleMessage) -> None:
        # A form sent back for a correction is no fault; the browser reports it as one.
        if message.type == "error" and "status of 422" not in message.text:
            visitor.complaints.append(f"{visitor.path}: {message.text}")

    visitor.page.on("console", said)
