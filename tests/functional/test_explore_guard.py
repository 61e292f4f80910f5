"""Who may ask the page's server: hostile requests are refused, nothing leaves the run."""

import json
import socket
import urllib.error
import urllib.request

import pytest
from explore_runs import PAGE, Served, make_run

from sim.explore.guard import BURST, MOST_BYTES, RATE_PER_S, Guard, Rate


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served(make_run(tmp_path_factory.mktemp("explore") / "run")) as found:
        yield found


def ask(served, method="POST", target="/play", headers=None, body=b"{}", without=()):
    """Send one request over a socket, so that nothing corrects it; return status and answer."""
    own = {
        "host": f"127.0.0.1:{served.port}",
        "x-surgecrew-token": served.token,
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **(headers or {}),
    }
    lines = [f"{name}: {value}" for name, value in own.items() if name not in without]
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1")
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as door:
        door.sendall(head + body)
        answer = b""
        while part := door.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer


QUESTION = json.dumps({"page": PAGE, "now": {}}).encode()
DEEP = b"[" * 100_000
HOSTILE = {
    "no token": {"without": ("x-surgecrew-token",)},
    "a wrong token": {"headers": {"x-surgecrew-token": "a-token-of-a-tesT"}},
    "a token in the query of a question": {
        "target": "/play?token=a-token-of-a-test",
        "without": ("x-surgecrew-token",),
    },
    "a token that is no letters": {"headers": {"x-surgecrew-token": "\xff\xfe"}},
    "the page without its token": {"method": "GET", "target": "/", "body": b""},
    "another host (a name that points here)": {"headers": {"host": "evil.example:80"}},
    "no host": {"without": ("host",)},
    "two hosts": {"headers": {"Host": "evil.example"}},
    "another port": {"headers": {"host": "127.0.0.1:1"}},
    "a foreign origin": {"headers": {"origin": "https://evil.example"}},
    "the origin of a file": {"headers": {"origin": "null"}},
    "an origin that begins like ours": {"headers": {"origin": "http://127.0.0.1.evil.example"}},
    "another site": {"headers": {"sec-fetch-site": "cross-site"}},
    "a form": {"headers": {"content-type": "application/x-www-form-urlencoded"}},
    "plain text, which needs no leave": {"headers": {"content-type": "text/plain"}},
    "a body without length": {"without": ("content-length",)},
    "a body that is too large": {"headers": {"content-length": str(MOST_BYTES + 1)}},
    "a path upwards": {"method": "GET", "target": "/../../etc/passwd?token=a-token-of-a-test"},
    "a path upwards in code": {
        "method": "GET",
        "target": "/%2e%2e/%2e%2e/etc/passwd?token=a-token-of-a-test",
    },
    "a file of the run": {"method": "GET", "target": "/config.yaml?token=a-token-of-a-test"},
    "a long address": {"target": "/play?" + "x" * 400},
    "many headers": {"headers": {f"x-{number}": "y" * 900 for number in range(40)}},
    "a preflight of another site": {"method": "OPTIONS", "headers": {"origin": "http://a.b"}},
    "another method": {"method": "DELETE"},
    "no JSON": {"body": b"{"},
    "JSON too deep": {"body": DEEP},
    "a list": {"body": b"[]"},
    "a file to save to": {
        "target": "/save",
        "body": json.dumps({"page": PAGE, "now": {}, "path": "/etc/x"}).encode(),
    },
    "a page's name with a path": {"body": json.dumps({"page": "../../../x", "now": {}}).encode()},
    "numbers that are none": {
        "body": b'{"page": "0123456789abcdef", "now": {"budget": NaN}}',
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused(served, name):
    """Each alone would pass a server that only listens on this machine."""
    before = sorted(path.name for path in served.session.run.place.iterdir())
    status, answer = ask(served, **{"body": QUESTION, **HOSTILE[name]})
    assert 400 <= status < 500, (status, answer[:300])
    assert b"seed" not in answer
    assert b"root:" not in answer
    assert sorted(path.name for path in served.session.run.place.iterdir()) == before


def test_our_own_page_passes(served):
    """Without this, a server that refuses all would pass the others."""
    with urllib.request.urlopen(served.address, timeout=20) as reply:
        policy, page = reply.headers["content-security-policy"], reply.read().decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    own = {"origin": f"http://127.0.0.1:{served.port}", "sec-fetch-site": "same-origin"}
    status, answer = ask(served, body=QUESTION, headers=own)
    assert status == 200
    assert b"data: {" in answer
    assert b'"n":30' in answer


def test_names_of_the_scenario_cannot_leave_their_place(tmp_path):
    """A topic, pool or title named like a tag is text of the page, never part of it."""
    evil = "</script><img src=x onerror=alert(1)>"
    run = make_run(tmp_path / "run", f"scenario.title='{evil}'", "run.replications=2")
    with Served(run) as served, urllib.request.urlopen(served.address, timeout=20) as reply:
        page = reply.read().decode()
    assert "<img" not in page
    assert "&lt;/script&gt;" in page


def test_the_server_listens_on_this_machine_alone(served):
    assert served.door.getsockname()[0] == "127.0.0.1"


def test_too_many_requests_wait():
    """By a clock of the test's own: a burst passes, then so many a second."""
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert sum(rate.take() for _ in range(500)) == int(BURST)
    now[0] += 1.0
    assert sum(rate.take() for _ in range(500)) == int(RATE_PER_S)
    guard = Guard(80, "x", rate)
    refused = guard.judge("GET", "/", {"host": "127.0.0.1:80"}, "x")
    assert refused is not None
    assert refused.status == 429


def test_two_headers_of_one_name_do_not_hide_each_other(served):
    status, _ = ask(served, body=QUESTION, headers={"Origin": "http://evil.example",
                    "origin": f"http://127.0.0.1:{served.port}"})  # fmt: skip
    assert status == 403


def test_saving_stays_in_the_run(served, tmp_path):
    """A link in the place of what would be saved is not followed."""
    place = served.session.run.place
    (place / "explored-1").symlink_to(tmp_path)
    status, answer = ask(served, target="/save", body=QUESTION)
    assert status == 200
    assert b"explored-2" in answer
    assert list(tmp_path.iterdir()) == []


def test_a_page_without_the_server_is_told(served):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{served.port}/", timeout=20)
