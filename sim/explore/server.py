"""The page and its answers over HTTP, on this machine alone.

Three questions, each one JSON text that brings all that was changed: `play` and `advise` are
answered by a stream of server-sent events that ends when nobody listens any more, `save` by one
answer. There is no way to name a file. Checked by ``tests/functional/test_explore_guard.py``.
"""

import contextlib
import json
import pathlib
import secrets
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType
from typing import Any

import anyio
import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sim.errors import InputError, SurgecrewError
from sim.explore.guard import MOST_BYTES, TOKEN_HEADER, Guard, read_headers
from sim.explore.playing import StaleError
from sim.explore.session import PageQuestion, Session

PAGE = pathlib.Path(__file__).parent / "page"
STYLE = pathlib.Path(__file__).parents[1] / "report" / "templates" / "style.css"
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Open pages and their streams; more wait at the door.
MOST_CONNECTIONS = 32
# A stream hears within this that the server ends.
PATIENCE_S = 2

Answers = Callable[[PageQuestion, threading.Event], Iterator[dict[str, Any]]]


class Gate:
    """Lets through what the guard lets, and a body no longer than it says."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self.app, self.guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http":
            return
        request, headers = Request(scope), read_headers(scope)
        token = headers.get(TOKEN_HEADER)
        if scope["method"] != "POST":
            token = request.query_params.get("token")
        query = scope.get("query_string", b"").decode("latin-1")
        target = f"{scope['path']}?{query}"
        refused = self.guard.judge(scope["method"], target, headers, token)
        if refused is None:
            await self.app(scope, receive, send)
            return
        answer = PlainTextResponse(refused.text, refused.status, {**HEADERS, "connection": "close"})
        await answer(scope, receive, send)


class Pages:
    """The routes of a session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def make_app(self, guard: Guard) -> ASGIApp:
        """Make the application behind its guard."""
        app = Starlette(
            routes=[
                Route("/", self.show, methods=["GET"]),
                Route("/play", self.play, methods=["POST"]),
                Route("/advise", self.advise, methods=["POST"]),
                Route("/save", self.save, methods=["POST"]),
            ]
        )
        return Gate(app, guard)

    async def show(self, request: Request) -> Response:
        """Give the page."""
        nonce = secrets.token_urlsafe(16)
        text = await anyio.to_thread.run_sync(render_page, self.session, nonce)
        policy = POLICY.format(nonce=nonce)
        return HTMLResponse(text, headers={**HEADERS, "content-security-policy": policy})

    async def play(self, request: Request) -> Response:
        """Stream what comes of a change."""
        return await self.stream(request, self.session.answer)

    async def advise(self, request: Request) -> Response:
        """Stream what the planner thinks."""
        return await self.stream(request, self.session.advise)

    async def save(self, request: Request) -> Response:
        """Save what a page shows."""
        try:
            question = self.session.read(await read_json(request))
            saved = await anyio.to_thread.run_sync(self.session.save, question)
        except SurgecrewError as error:
            return refuse(error)
        return JSONResponse(saved, headers=HEADERS)

    async def stream(self, request: Request, answers: Answers) -> Response:
        """Stream answers as events; an error is the last one."""
        try:
            question = self.session.read(await read_json(request))
        except InputError as error:
            return refuse(error)
        kind = "advise" if answers == self.session.advise else "play"
        stop = self.session.open_question(question.page, kind)
        events = write_events(answers(question, stop), stop)
        return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


async def read_json(request: Request) -> Any:
    """Read a body that is no longer than it says.

    Raises
    ------
    InputError
        It is longer, or no JSON.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise InputError("question: too large")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("question: is no JSON") from None


def refuse(error: SurgecrewError) -> Response:
    """Say what is wrong with a question."""
    lines = error.errors if isinstance(error, InputError) else str(error).splitlines()
    return JSONResponse({"errors": list(lines)}, 400, HEADERS)


async def write_events(
    answers: Iterator[dict[str, Any]], stop: threading.Event
) -> AsyncIterator[str]:
    """Write answers as server-sent events, each made in a thread; none once nobody listens."""
    try:
        while True:
            answer = await anyio.to_thread.run_sync(take_next, answers, abandon_on_cancel=True)
            if answer is None:
                return
            yield f"data: {json.dumps(answer, separators=(',', ':'))}\n\n"
    finally:
        stop.set()


def take_next(answers: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
    """Take the next answer; an error is one, None: there are no more."""
    try:
        return next(answers, None)
    except StaleError:
        return None
    except SurgecrewError as error:
        lines = error.errors if isinstance(error, InputError) else str(error).splitlines()
        return {"errors": list(lines)}


def render_page(session: Session, nonce: str) -> str:
    """Render the page of a run."""
    loader = jinja2.FileSystemLoader(PAGE)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("page.html.j2")
    run = session.describe()
    plain = json.dumps(run, separators=(",", ":"))
    for mark in "<>&":
        plain = plain.replace(mark, f"\\u{ord(mark):04x}")
    style = STYLE.read_text("utf-8") + (PAGE / "page.css").read_text("utf-8")
    script = (PAGE / "page.js").read_text("utf-8")
    return template.render(run=run, plain=plain, nonce=nonce, style=style, script=script)


class QuietServer(uvicorn.Server):
    """A server that Ctrl-C ends, without a word or an error."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self.session = session

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on the first interrupt: from then on nobody waits for an answer."""
        is_main = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGINT, signal.SIGTERM) if is_main else ()
        usual = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in usual.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let go of all questions, then end; at once if asked again."""
        self.session.close()
        super().handle_exit(sig, frame)


def open_socket(port: int) -> socket.socket:
    """Open a port of this machine alone; 0: any free one.

    Raises
    ------
    InputError
        It is taken.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
        door.listen()  # whoever reads the address may open it at once
    except OSError as error:
        door.close()
        raise InputError(f"port={port}: cannot be opened ({error.strerror})") from None
    return door


def make_server(session: Session, port: int, token: str) -> QuietServer:
    """Make the server of a session."""
    config = uvicorn.Config(
        Pages(session).make_app(Guard(port, token)),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=PATIENCE_S,
        h11_max_incomplete_event_size=32_768,
    )
    return QuietServer(config, session)


def serve(session: Session, port: int, tell: Callable[[str], None]) -> None:
    """Serve a session until it is interrupted.

    Parameters
    ----------
    session : Session
        Of the run.
    port : int
        On which; 0: any free one.
    tell : callable
        Gets the address once it is open.
    """
    door = open_socket(port)
    try:
        number, token = door.getsockname()[1], secrets.token_urlsafe(24)
        server = make_server(session, number, token)
        tell(f"http://127.0.0.1:{number}/?token={token}")
        server.run(sockets=[door])
    finally:
        session.close()
        door.close()
