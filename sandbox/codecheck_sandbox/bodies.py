"""Every server of the sandbox answers an unreadable body with 400 and the reason."""

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestPayloadError


@web.middleware
async def readable_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a body with an unknown or wrong encoding, so that handlers can rely on `request.text()`."""
    try:
        await request.text()
    except RequestPayloadError:
        return _refused("it is not encoded as its Content-Encoding says")
    except UnicodeDecodeError as error:
        return _refused(f"it is not {error.encoding}")
    except LookupError:
        return _refused(f"there is no charset {request.charset}")
    return await handler(request)


def _refused(why: str) -> web.Response:
    answer = web.Response(status=400, text=f"The body cannot be read: {why}.\n")
    answer.force_close()  # it is not known where the next request would begin
    return answer
