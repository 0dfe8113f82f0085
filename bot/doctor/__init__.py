"""`codecheck-bot doctor`: checks everything that a deployment can get wrong, and changes nothing.

One file in `bot.doctor.probes` is one probe. A probe asks the `Deployment`, which asks each service the same question
only once, and yields what it found.
"""

from bot.doctor.check import CannotTell, Check, Finding, Grade
from bot.doctor.examination import examine
from bot.doctor.report import as_json, as_text, exit_status

__all__ = ["CannotTell", "Check", "Finding", "Grade", "as_json", "as_text", "examine", "exit_status"]
