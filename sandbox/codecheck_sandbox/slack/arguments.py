"""The arguments of a Web API call, from a query, a form or JSON."""

from collections.abc import Mapping

from aiohttp import web
from pydantic import JsonValue, TypeAdapter

from codecheck_sandbox.slack.refusal import ApiRefusalError

_JSON = TypeAdapter[JsonValue](JsonValue)


def parse_json(text: str) -> JsonValue:
    """Parse JSON.

    Raises:
        ValueError: it is not JSON.
    """
    return _JSON.validate_json(text)


class Arguments:
    """Arguments by name, read as the types that Slack expects.

    Args:
        values: as received; in a form every value is text, and objects are JSON text.
    """

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A text, "" if it is missing."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def required(self, name: str) -> str:
        """A required text.

        Raises:
            ApiRefusalError: `invalid_arguments`.
        """
        if value := self.text(name):
            return value
        problem = f"missing required field: {name}"
        raise ApiRefusalError("invalid_arguments", {"response_metadata": {"messages": [f"[ERROR] {problem}"]}})

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, in a form as `1`, `0`, `true` or `false`."""
        value = self._values.get(name, default)
        return value.lower() in {"1", "true"} if isinstance(value, str) else bool(value)

    def structure(self, name: str) -> JsonValue:
        """An array or object, in a form as JSON text; None if it is missing, the text if that is not JSON."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return parse_json(value)
        except ValueError:
            return value


async def read_arguments(request: web.Request, *, json_accepted: bool) -> Arguments:
    """Read a call's arguments.

    Args:
        request: the call.
        json_accepted: whether the method takes a JSON body; Slack's reading methods ignore one.

    Raises:
        ApiRefusalError: `invalid_json`, `json_not_object` or `invalid_post_type`.
    """
    values: dict[str, JsonValue] = dict(request.query)
    body = await request.text()
    match request.content_type:
        case "application/json" if not json_accepted:
            pass
        case "application/json":
            values |= _object(body)
        case "application/x-www-form-urlencoded":
            values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        case other if body:
            raise ApiRefusalError("invalid_post_type", {"content_type": other})
        case _:
            pass
    return Arguments(values)


def _object(body: str) -> dict[str, JsonValue]:
    try:
        value = parse_json(body)
    except ValueError:
        raise ApiRefusalError("invalid_json") from None
    if not isinstance(value, dict):
        raise ApiRefusalError("json_not_object")
    return value
