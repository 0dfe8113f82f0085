"""What works, but probably not as someone expects."""

from pathlib import Path

import pytest

from bot.settings import load_settings, notices_of
from tests.settings.examples import ENOUGH

OLD = "[[confirmation.rules]]"
OPERATORS = "".join(f'operators.U0{number} = "a{number}"\n' for number in range(12))
TWO = '[confirmation]\nsecond_step = "typed"\ngrace_seconds = 60\n'


@pytest.mark.parametrize(
    ("toml", "noticed"),
    [
        (f'{OLD}\nchannels = ["C01"]\nsecond_step = "typed"', [OLD]),
        (f'{TWO}{OLD}\nchannels = ["C01"]\nsecond_step = "button"', [OLD, f"{OLD} entry 1"]),
        (f'{TWO}{OLD}\nchannels = ["C01"]\ngrace_seconds = 59', [OLD, f"{OLD} entry 1"]),
        (f'{TWO}{OLD}\nchannels = ["C01"]\nsecond_step = "second_person"', [OLD]),
        (
            '[allow]\nchannels = ["C01"]\n[[rules]]\nprotect = true\nmatch = { channels = ["C02"] }',
            ["[[rules]] entry 1"],
        ),
        ('[allow]\nchannels = ["C01"]\n[[rules]]\nprotect = true\nmatch = { channels = ["C*"] }', []),
        ('[[rules]]\nprotect = true\nmatch = { channels = ["C02"] }', []),
        ('[allow]\nchannels = ["C01"]\n[[rules]]\nwarn = "x"', []),
        ("[[rules]]\nprotect = true", ["[[rules]] entry 1"]),
        ('[[rules]]\nprotect = true\nmatch = { names = ["x"] }', []),
        ('[[rules]]\nsecond_step = "second_person"\nmatch = { channels = ["D*", "D01"] }', ["[[rules]] entry 1"]),
        ('[[rules]]\nsecond_step = "second_person"\nmatch = { channels = ["D*", "C01"] }', []),
        ("[second_person]\nconfirmers = 2", ["[second_person]"]),
        ('[[rules]]\nsecond_step = "second_person"\n[second_person]\nconfirmers = 2', []),
        (
            '[confirmation]\nsecond_step = "second_person"\n[second_person]\nttl_seconds = 900\nremind_minutes = [15]',
            ["[second_person] remind_minutes"],
        ),
        ('[confirmation]\nsecond_step = "second_person"\n[second_person]\nttl_seconds = 900', []),
        (
            '[confirmation]\nsecond_step = "second_person"\n[second_person]\nbreak_glass = true',
            ["[second_person] break_glass"],
        ),
    ],
)
def test_what_has_no_effect_is_noticed(toml: str, noticed: list[str], tmp_path: Path) -> None:
    """An old table, a rule that never matches, and what nothing uses; none of it stops the bot."""
    (tmp_path / "codecheck.toml").write_text(f"{OPERATORS}{toml}", encoding="utf-8")
    found = notices_of(load_settings(ENOUGH, tmp_path))
    assert [notice.where for notice in found] == noticed
    assert all(str(notice).endswith(".") for notice in found)


TWO_PEOPLE = '[operators]\nU01 = "a"\nU02 = "b"\n'
FROM_SLACK = '[operators_from]\nemail_domain = "example.com"\n'


@pytest.mark.parametrize(
    ("toml", "people"),
    [
        ("", 0),
        (TWO_PEOPLE, 2),
        (f'{TWO_PEOPLE}[allow]\nusers = ["U01", "U03", "U04"]', 1),
        (f'{FROM_SLACK}[allow]\nusers = ["U01", "U03"]', 2),
        (FROM_SLACK, None),
        (f'{TWO_PEOPLE}[allow]\nusergroups = ["S01"]', None),
    ],
)
def test_a_second_step_that_nobody_can_satisfy_is_noticed(toml: str, people: int | None, tmp_path: Path) -> None:
    """Two others have to confirm, and fewer may; unless only Slack knows who may."""
    need = '[confirmation]\nsecond_step = "second_person"\n[second_person]\nconfirmers = 2\n'
    (tmp_path / "codecheck.toml").write_text(f"{need}{toml}", encoding="utf-8")
    found = [notice.what for notice in notices_of(load_settings(ENOUGH, tmp_path))]
    assert found == ([] if people is None else [f"is 2, but only {people} people may ask or confirm"])
