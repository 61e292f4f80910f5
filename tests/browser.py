"""A headless browser, driven over WebDriver (W3C) with nothing but the standard library.

For tests, benchmarks and the README's picture of the page; a machine without Chromium and its
driver skips them and says so.
"""

import base64
import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

# The name under which WebDriver hands out an element (W3C, section 12).
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"tab": "\ue004", "enter": "\ue007", "space": "\ue00d", "up": "\ue013", "down": "\ue015",
        "control": "\ue009", "shift": "\ue008"}  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> tuple[str, str] | None:
    """Return the browser and its driver, or None where one is missing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    return None if browser is None or driver is None else (browser, driver)


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def ask(method: str, address: str, body: object = None) -> Any:
    """Send one command; return its value."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"content-type": "application/json"})
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)["value"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(json.load(error)["value"]["message"]) from None


class Browser:
    """One window."""

    def __init__(self, address: str) -> None:
        self.address = address

    def do(self, method: str, path: str, body: object = None) -> Any:
        """Send a command of this window."""
        return ask(method, f"{self.address}/{path}", body)

    def open(self, address: str) -> None:
        """Load a page."""
        self.do("POST", "url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page; return what it returns."""
        return self.do("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector: str) -> str:
        """Return the number of the first element that a CSS selector finds."""
        return str(
            self.do("POST", "element", {"using": "css selector", "value": selector})[ELEMENT]
        )

    def click(self, selector: str) -> None:
        """Click an element with the mouse."""
        self.do("POST", f"element/{self.find(selector)}/click", {})

    def text(self, selector: str) -> str:
        """Return the text of an element as it is shown."""
        return str(self.do("GET", f"element/{self.find(selector)}/text"))

    def type(self, *keys: str) -> None:
        """Press keys, one after the other, on what has the focus; names as in `KEYS`."""
        codes = [KEYS.get(key, key) for key in keys]
        actions = [{"type": kind, "value": code} for code in codes for kind in ("keyDown", "keyUp")]
        self.act(actions)

    def chord(self, *keys: str) -> None:
        """Press keys together."""
        codes = [KEYS.get(key, key) for key in keys]
        actions = [{"type": "keyDown", "value": code} for code in codes]
        self.act([*actions, *({"type": "keyUp", "value": code} for code in reversed(codes))])

    def act(self, actions: list[dict[str, str]]) -> None:
        """Send actions of the keyboard."""
        self.do("POST", "actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def wait(self, script: str, *arguments: object, seconds: int = 60) -> Any:
        """Wait until a script of the page returns something that is true; return it."""
        for _ in range(seconds * 20):
            found = self.run(script, *arguments)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def resize(self, width: int, height: int) -> None:
        """Set the size of the page itself, as on another device."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.do("POST", "goog/cdp/execute",
                {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics})  # fmt: skip

    def take_picture(self, path: pathlib.Path) -> None:
        """Write a picture of what is shown, PNG."""
        path.write_bytes(base64.b64decode(self.do("GET", "screenshot")))


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Open a headless browser with a new profile; closed at the end.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    found = find_browser()
    if found is None:
        raise FileNotFoundError("no Chromium with its driver on this machine")
    browser, driver = found
    port = find_port()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([driver, f"--port={port}"], stdout=quiet, stderr=quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        session = begin(address, browser)
        try:
            yield Browser(f"{address}/session/{session}")
        finally:
            ask("DELETE", f"{address}/session/{session}")
    finally:
        process.terminate()
        process.wait(10)


def begin(address: str, browser: str) -> str:
    """Begin a session as soon as the driver listens; return its number."""
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--window-size=1400,1000", "--hide-scrollbars"]  # fmt: skip
    options = {"binary": browser, "args": flags}
    wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
    for _ in range(200):
        try:
            return str(ask("POST", f"{address}/session", wanted)["sessionId"])
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError("the driver does not answer")
