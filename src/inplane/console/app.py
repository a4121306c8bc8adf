"""The ASGI application: the page, its files, the 3-D scene's surfaces, and one WebSocket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from inplane.console.engine import Engine
from inplane.console.guard import COOKIE, Guard, Keys, same_origin
from inplane.console.hub import CLOSE_REFUSED, Hub
from inplane.console.scene import Scenes
from inplane.console.session import SessionChoice, SessionFactory

PAGE = Path(__file__).parent / "page"

_NO_KEY = """<!doctype html><html lang="en"><title>inplane</title><h1>This console needs its link</h1>
<p>Open the link that <code>inplane run</code> printed, in the browser that opened it first; it works once.
To get a new one, stop the program with Ctrl-C and start it again.</p></html>"""


def create_app(
    session_factory: SessionFactory, token: str | None = None, *, choice: SessionChoice | None = None
) -> Starlette:
    """The console as an ASGI application; `app.state` holds `engine`, `hub` and `keys`.

    Args:
        session_factory: makes sessions.
        token: the launch token; a fresh one if None.
        choice: the first session.
    """
    engine = Engine(session_factory, choice or SessionChoice())
    hub, keys, scenes = Hub(engine), Keys(token), Scenes()

    async def page(request: Request) -> Response:
        return _page(request, keys)

    async def scene(request: Request) -> Response:
        if not keys.holds(request.scope):
            return HTMLResponse(_NO_KEY, 403)
        return await scenes.answer(engine.session, asked=engine.truth.scene3d)

    async def live(socket: WebSocket) -> None:
        if same_origin(socket.scope) and keys.holds(socket.scope):
            await hub.serve(socket)
        else:
            await socket.close(CLOSE_REFUSED, "Refused: wrong Origin, Host or no token.")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        engine.start()
        yield
        engine.stop()

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/scene", scene),
            WebSocketRoute("/live", live),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        middleware=[Middleware(Guard)],
        lifespan=lifespan,
    )
    app.state.engine, app.state.hub, app.state.keys = engine, hub, keys
    return app


def _page(request: Request, keys: Keys) -> Response:
    """The page for whoever holds a key or brings the launch token, which is exchanged for one."""
    given = request.query_params.get("token")
    cookie = None if given is None else keys.exchange(given)
    if cookie is None and not keys.holds(request.scope):
        return HTMLResponse(_NO_KEY, 403)
    answer = HTMLResponse((PAGE / "index.html").read_text(encoding="utf-8"))
    if cookie is not None:
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", path="/")
    return answer
