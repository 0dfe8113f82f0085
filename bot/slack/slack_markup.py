"""A person's words as Slack escapes them in a payload -> the words as the person saw them.

With `should_escape` a slash command's text holds `<@U123|alice>` for a mention, `<#C123|ci>` for a channel, `<!here>`
for a call, `<https://…|label>` for a link, and `&amp;`, `&lt;`, `&gt;` for the three characters themselves. Source:
"Slash commands" and "Formatting text for app surfaces" in Slack's documentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_ENTITY = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person typed.

    Args:
        text: as they saw it.
        people: who is mentioned in it, as `@alice` -> the Slack user's ID.
    """

    text: str
    people: Mapping[str, str] = field(default_factory=dict)


def read_words(raw: str) -> Words:
    """Undo Slack's escaping."""
    people: dict[str, str] = {}

    def shown(entity: re.Match[str]) -> str:
        kind, target, label = entity.groups()
        match kind:
            case "@":
                mention = f"@{_one_word(label or target)}"
                people[mention] = target
                return mention
            case "#":
                return f"#{label or target}"
            case "!":
                return f"@{(label or target).removeprefix('@')}"
            case _ if target.lower().startswith(("http:", "https:")):
                return target  # the label may be shortened
            case _ if ":" in target:
                return label or target  # mailto:, tel:
            case _:
                return entity[0]

    text = _ENTITY.sub(shown, raw)
    return Words(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), people)


def encodable(text: str) -> str:
    """`text` with U+FFFD for lone surrogates: JSON can contain them, but Redis and Slack do not accept them."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _one_word(label: str) -> str:
    return "_".join(label.removeprefix("@").split())
