"""Who may talk to the page: this machine's own browser, from the page itself.

A site elsewhere can make a browser send requests to 127.0.0.1, and by DNS rebinding even under a name of its own. So
the Host must be the loopback's, and an Origin, which browsers add to whatever could do harm, the page's own. Nothing is
ever answered with a CORS header, and the policy keeps the page from loading anything from elsewhere.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what does not come from the page itself."""
    if (why := _refusal(request)) is not None:
        return web.Response(status=403, text=f"{why}\n", headers=_HEADERS)
    try:
        return await handler(request)
    except web.HTTPException as answer:
        answer.headers.update(_HEADERS)
        raise


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Send the policy with every answer, a stream's too."""
    response.headers.update(_HEADERS)


def _refusal(request: web.Request) -> str | None:
    """Why the request is refused; None if it is not."""
    port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if request.host not in hosts:
        return "This page answers to 127.0.0.1 and localhost only."
    origin = request.headers.get("Origin")
    if origin is None and request.method in {"GET", "HEAD"}:
        return None
    if origin != f"http://{request.host}":
        return "This page takes requests only from itself."
    return None
