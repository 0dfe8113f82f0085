"""Shapes that an answer can have besides the documented one: some have been reported, others are just possible."""

from typing import Literal

Body = dict[str, object]

Shape = Literal["documented", "flat", "nested", "texts", "sparse", "nulls"]
"""`flat`: no envelope, all fields at the top. `nested`: inside `result.data`. `texts`: numbers and booleans as strings.
`sparse`: only names. `nulls`: every field is there, and only names have a value."""


def shaped(body: Body, shape: Shape) -> Body:
    """The same answer in another shape.

    Args:
        body: the documented form: an envelope with the fields in `result`, or the fields themselves.
        shape: the new shape.
    """
    result = body.get("result")
    fields: Body = result if isinstance(result, dict) else body
    match shape:
        case "documented":
            return body
        case "flat":
            return fields
        case "nested":
            return {"httpStatus": "OK", "result": {"data": fields}, "status": "success"}
    changed = _CHANGES[shape](fields)
    return changed if fields is body else body | {"result": changed}


_NAMES = {"taskName", "task_name"}


def _texts(fields: Body) -> Body:
    return {name: _as_text(value) for name, value in fields.items()}


def _sparse(fields: Body) -> Body:
    return {name: value for name, value in fields.items() if name in _NAMES}


def _nulls(fields: Body) -> Body:
    return {name: value if name in _NAMES else None for name, value in fields.items()}


_CHANGES = {"texts": _texts, "sparse": _sparse, "nulls": _nulls}


def _as_text(value: object) -> object:
    match value:
        case dict():
            return _texts(value)
        case list():
            return [_as_text(each) for each in value]
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            return value
