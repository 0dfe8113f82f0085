"""`codecheck-bot sandbox`: the page that looks like Slack, with the real bot behind it.

`serving.py` composes it. A person's acts come in through `acts.py`, the panels' switches through `controls.py`; what
everyone sees goes out through `snapshot.py` and `live.py`. `static/` is the client: plain ES modules, no build step.
"""
