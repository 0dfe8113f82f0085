"""The page accepts requests only from a browser on this machine, sent by the page itself.

Another site can make a browser send requests to 127.0.0.1, and with DNS rebinding even under the site's own name. So
the Host must be that of the loopback interface, and the Origin, which browsers add to every request that could do harm,
must be the page's own. No answer has a CORS header, and the policy keeps the page from loading anything from elsewhere.
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
    """Refuse requests that do not come from the page itself."""
    if (why := _refusal(request)) is not None:
        return web.Response(status=403, text=f"{why}\n", headers=_HEADERS)
    try:
        return await handler(request)
    except web.HTTPException as answer:
        answer.headers.update(_HEADERS)
        raise


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Send the policy with every response, including streams."""
    response.headers.update(_HEADERS)


def _refusal(request: web.Request) -> str | None:
    """Why the request is refused; None if it is accepted."""
    port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if request.host not in hosts:
        return "This page answers to 127.0.0.1 and localhost only."
    origin = request.headers.get("Origin")
    if origin is None and request.method in {"GET", "HEAD"}:
        return None
    if origin != f"http://{request.host}":
        return "This page accepts requests only from itself."
    return None
