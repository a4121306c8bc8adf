"""Who may talk to the console."""

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from inplane.console.guard import Keys


def test_the_launch_token_is_good_once() -> None:
    keys = Keys("abc")
    assert keys.exchange("wrong") is None
    cookie = keys.exchange("abc")
    assert cookie is not None
    assert keys.exchange("abc") is None
    header = [(b"cookie", f"other=1; inplane={cookie}".encode())]
    assert keys.holds({"type": "http", "headers": header})
    assert not keys.holds({"type": "http", "headers": [(b"cookie", b"inplane=guess")]})
    assert not keys.holds({"type": "http", "headers": []})
    assert not Keys().holds({"type": "http", "headers": header})


def test_tokens_cannot_be_guessed_and_differ() -> None:
    assert len({Keys().token for _ in range(20)}) == 20
    assert len(Keys().token) >= 32


def test_the_link_gives_a_page_and_a_strict_cookie(served: Any) -> None:
    again, text, _ = served.get("/?token=only-for-tests")
    assert again == 403
    assert "works once" in text
    status, text, headers = served.get("/", Cookie=served.cookie)
    assert status == 200
    assert "SIMULATION" in text
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(run_console: Any, small: Any) -> None:
    with run_console(small) as console:
        _, _, headers = console.get("/?token=only-for-tests")
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/?token="])
def test_without_token_or_cookie_there_is_no_page(served: Any, path: str) -> None:
    status, text, _ = served.get(path)
    assert status == 403
    assert "needs its link" in text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", "127.0.0.1.evil.example:{port}"]
)
@pytest.mark.parametrize("path", ["/", "/page/main.js"])
def test_another_host_is_refused(served: Any, host: str, path: str) -> None:
    status, text, _ = served.get(path, Host=host.format(port=served.port), Cookie=served.cookie)
    assert status == 403
    assert "wrong Host" in text


def test_localhost_is_this_server_too(served: Any) -> None:
    status, _, _ = served.get("/", Host=f"localhost:{served.port}", Cookie=served.cookie)
    assert status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Cookie": ""},
        {"Cookie": "inplane=guess"},
    ],
    ids=str,
)
def test_a_socket_with_a_wrong_origin_or_no_key_is_refused(served: Any, wrong: dict[str, str]) -> None:
    wrong = {name: value.format(port=served.port) for name, value in wrong.items()}
    with pytest.raises(InvalidStatus) as refused, served.open(**wrong):
        pass
    assert refused.value.response.status_code == 403


def test_a_socket_with_another_host_is_refused(served: Any) -> None:
    import socket

    request = (
        "GET /live HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: http://evil.example\r\nCookie: {served.cookie}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as raw:
        raw.sendall(request.encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 403")


def test_files_outside_the_page_are_not_served(served: Any) -> None:
    status, _, _ = served.get("/page/..%2fapp.py", Cookie=served.cookie)
    assert status == 404


def test_a_broken_cookie_is_no_key(served: Any) -> None:
    status, _, _ = served.get("/", Cookie='inplane="')
    assert status == 403
