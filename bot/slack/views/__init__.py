"""What people read, as pure functions of a deletion: prompts, results, private answers.

Rules that hold for every message:

- `text` says it all without the blocks: notifications and screen readers use it.
- Nothing rests on colour or on an emoji alone.
- What comes from outside (names, branches, what the service said) goes through `text.outside` or `text.code`.
- Nobody is pinged but who took part: the requester, and who confirmed or stopped it.
- What nobody knows is called unknown.
"""
