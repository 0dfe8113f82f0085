"""`codecheck-bot sandbox`: the page that looks like Slack, with the real bot behind it.

`serving.py` composes it. What people do arrives through `actions.py`, and the panels' switches through `controls.py`;
what everyone sees is sent through `snapshot.py` and `live.py`. `static/` is the client: plain ES modules, no build.
"""
