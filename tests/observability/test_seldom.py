"""Log lines that anybody can cause come at a bounded rate."""

from structlog.testing import capture_logs

from bot.observability.seldom import Seldom


def test_the_same_again_is_left_out() -> None:
    """One line of a kind; other values do not make another kind, another reason does."""
    seldom = Seldom(3_600)
    with capture_logs() as logs:
        for number in range(10):
            seldom.warn("refused", "clock", seconds=number)
        seldom.warn("refused", "signature")

    assert [(log["event"], log["reason"], log.get("seconds")) for log in logs] == [
        ("refused", "clock", 0),
        ("refused", "signature", None),
    ]


def test_the_next_line_says_how_many_were_left_out() -> None:
    """Nothing is lost without a trace."""
    now = 0.0
    seldom = Seldom(60, clock=lambda: now)
    with capture_logs() as logs:
        for _ in range(5):
            seldom.warn("refused")
        now = 59.9
        seldom.warn("refused")
        now = 60.0
        seldom.warn("refused")

    assert [log.get("left_out_before") for log in logs] == [None, 5]
