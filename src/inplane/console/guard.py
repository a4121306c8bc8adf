"""Who may talk to the console: this machine, this page, and whoever holds the launch token.

A page of another site can make a browser send requests to 127.0.0.1; so every request must name this server in Host,
a WebSocket must come from this origin, and all of them carry a cookie that only the launch link gives, once.
"""

import hmac
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = ("127.0.0.1", "localhost")
COOKIE = "inplane"


class Keys:
    """The launch token, good for one exchange, and the cookies given for it.

    Args:
        token: the launch token; a fresh one if None.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token: str = token or secrets.token_urlsafe(24)
        self._spent = False
        self._cookies: set[str] = set()

    def exchange(self, token: str) -> str | None:
        """A cookie for the launch token; None where it is wrong or spent."""
        if self._spent or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self._spent = True
        cookie = secrets.token_urlsafe(24)
        self._cookies.add(cookie)
        return cookie

    def holds(self, scope: Scope) -> bool:
        """Whether a request carries a cookie that was given."""
        jar = SimpleCookie()
        try:
            jar.load(Headers(scope=scope).get("cookie", ""))
        except CookieError:
            return False
        given = jar[COOKIE].value if COOKIE in jar else ""
        return any(hmac.compare_digest(given.encode(), cookie.encode()) for cookie in self._cookies)


def local_host(scope: Scope) -> str | None:
    """The Host that a request names if it is this server's, else None."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    server = scope.get("server")
    if len(hosts) != 1 or server is None:
        return None
    return hosts[0] if hosts[0] in {f"{name}:{server[1]}" for name in LOCAL_NAMES} else None


def same_origin(scope: Scope) -> bool:
    """Whether Host is this server's and Origin is the same place."""
    host = local_host(scope)
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    return host is not None and origins == [f"http://{host}"]


class Guard:
    """Refuses a wrong Host and adds the headers that keep a page to itself.

    Args:
        app: what it stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = local_host(scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(host or "").items():
                    headers[name] = value
            await send(message)

        if host is None:
            refused = PlainTextResponse("Refused: wrong Host. Expected 127.0.0.1 with this server's port.\n", 403)
            await refused(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)


def _headers(host: str) -> dict[str, str]:
    """Headers of every answer: nothing from elsewhere, no framing, no caching."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
