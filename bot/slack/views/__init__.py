"""What people read, as pure functions: prompts, results, calls, private answers, modals, the Home tab.

A view takes a value (for a deletion, a `shown.Shown`) and returns a `layout.Layout` of texts, which
`layout.drawn` renders and `render` escapes. Rules that hold for every message:

- Its first line says which task, and what happened: the name first, then the state. IDs are small print.
- Its `text` holds every word of its blocks: notifications and screen readers use it.
- Nothing rests on colour or on an emoji alone; the red button is never where another one was.
- A new message mentions only people who took part, unless its purpose is to notify others.
- What is not known is called unknown.
"""
