"""Who may ask: this machine's own page alone, not too much at once, not too often.

A page of another site that a browser has open may send requests to this machine, too. They are
told apart by what a browser does not let a page forge: `Host` (against names that were made to
point here), `Origin`, and a random token that only the address on the terminal holds.
Checked by ``tests/functional/test_explore_guard.py``.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# A question of a year of shifts in sixty kinds is half of this.
MOST_BYTES = 262_144
# Longer than any address or header of our own page.
MOST_TARGET = 300
# A browser's own headers are a tenth of this.
MOST_HEADERS = 16_384
# Somebody who holds a key down sends thirty a second; more is no person.
RATE_PER_S, BURST = 40.0, 80.0

TOKEN_HEADER = "x-surgecrew-token"


class Refused(NamedTuple):
    """Why a request is not answered."""

    status: int
    text: str


class Rate:
    """Lets so many requests through a second, a few more at once.

    Parameters
    ----------
    clock : callable
        Seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._seen = BURST, clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._left = min(self._left + (now - self._seen) * RATE_PER_S, BURST)
        self._seen = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Guard:
    """Decides on requests by their heads.

    Parameters
    ----------
    port : int
        On which the page is served.
    token : str
        That the address on the terminal holds.
    rate : Rate, optional
        How often.
    """

    def __init__(self, port: int, token: str, rate: Rate | None = None) -> None:
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.token = token
        self.rate = rate or Rate()

    def judge(
        self, method: str, target: str, headers: Mapping[str, str], token: str | None
    ) -> Refused | None:
        """Say why a request is refused; None: it may pass.

        Parameters
        ----------
        method, target : str
            Of the request; the target with its query.
        headers : mapping of str to str
            Names in small letters.
        token : str or None
            From the query of a page, or the header of a question.
        """
        if not self.rate.take():
            return Refused(429, "too many requests")
        if len(target) > MOST_TARGET or sum(map(len, headers.values())) > MOST_HEADERS:
            return Refused(431, "the request is too long")
        if headers.get("host") not in self.hosts:
            return Refused(421, "another host")
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return Refused(403, "another origin")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Refused(403, "another site")
        if not hmac.compare_digest((token or "").encode(), self.token.encode()):
            return Refused(403, "no token: open the address that the terminal shows")
        return self.judge_body(headers) if method == "POST" else None

    def judge_body(self, headers: Mapping[str, str]) -> Refused | None:
        """Say why a body is refused by what its head says of it."""
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return Refused(415, "allowed: application/json")
        length = headers.get("content-length", "")
        if not length.isdigit():
            return Refused(411, "the length of the body is missing")
        return Refused(413, "the body is too large") if int(length) > MOST_BYTES else None


def read_headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Headers of a request; of two of one name that are not alike both, so that neither passes."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = text if found.get(key, text) == text else f"{found[key]}, {text}"
    return found
