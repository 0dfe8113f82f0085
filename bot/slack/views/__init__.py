"""What people read, as pure functions: prompts, results, calls, private answers, modals.

A view takes a value (`shown.Shown` for what is said of a deletion) and returns a `layout.Layout` of texts, which
`layout.drawn` renders and `render` escapes. Rules that hold for every message:

- Its first line says which task, and what about it: the name first, then the state. IDs are small print.
- Its `text` holds every word of its blocks: notifications and screen readers use it.
- Nothing rests on colour or on an emoji alone; the red button is never where another one was.
- A new message mentions nobody who took no part, unless it is there to call them.
- What nobody knows is called unknown.
"""
