"""`python -m benchmarks.plots`: the pictures of docs/performance.md, from the results."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.results import LATEST, load
from benchmarks.targets import Results

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_BLUE, _ORANGE, _GREEN, _GREY = "#0072B2", "#E69F00", "#009E73", "#767676"  # Okabe and Ito's, told apart by everyone
_PROGRAMS = {
    "floor": ("floor", _GREY, "s"),
    "bot": ("the bot", _BLUE, "o"),
    "tutorial_bot": ("tutorial's bot", _ORANGE, "^"),
}
_LINES = {
    "command": ("command", _BLUE, "o"),
    "action": ("action", _ORANGE, "s"),
    "pending": ("/codecheck pending", _GREEN, "^"),
}


def digest() -> str:
    """What tells these results from others; each picture holds it."""
    return sha256(LATEST.read_bytes()).hexdigest()[:16]


def deletion(results: Results) -> Figure:
    """A whole deletion: CPU time with the range of the rounds, and what people wait for."""
    figure = Figure(figsize=(10, 2.6), layout="constrained")
    cpu, waits = figure.subplots(1, 2)
    for at, (program, (name, colour, marker)) in enumerate(_PROGRAMS.items()):
        each = results["deletion"][program]
        spread = each["cpu_ms"]
        error = [[spread["median"] - spread["low"]], [spread["high"] - spread["median"]]]
        _bar(cpu, at, spread["median"], colour, error)
        medians = [each[f"{what}_p50_ms"] for what in ("prompt", "review", "result")]
        waits.plot(medians, range(3), marker, color=colour, label=name, markersize=8)
    cpu.set_yticks(range(len(_PROGRAMS)), [name for name, _, _ in _PROGRAMS.values()])
    cpu.set_title("CPU of a whole deletion, ms")
    waits.set_yticks(range(3), ["prompt", "second button", "result"])
    waits.grid(axis="y", color="#DDDDDD")
    waits.set_xscale("log")
    waits.xaxis.set_major_formatter("{x:g}")
    waits.set_title("what people wait for, median ms")
    waits.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    waits.margins(y=0.2)
    for axes in (cpu, waits):
        axes.invert_yaxis()
    return figure


def growth(results: Results) -> Figure:
    """From ten to a hundred thousand pending."""
    figure = Figure(figsize=(8, 2.9), layout="constrained")
    axes = figure.subplots()
    sizes = [row["pending"] for row in results["growth"]]
    for what, (name, colour, marker) in _LINES.items():
        axes.plot(sizes, [row[f"{what}_p50_ms"] for row in results["growth"]], marker=marker, color=colour, label=name)
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("pending deletions")
    axes.set_title("acknowledgement, median ms")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def profile(results: Results) -> Figure:
    """Where the CPU time goes: libraries, and the bot's own packages."""
    rows = [row for row in results["profile"] if row["percent"] >= 1]
    figure = Figure(figsize=(8, 0.9 + 0.27 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for at, row in enumerate(rows):
        _bar(axes, at, row["percent"], _BLUE if row["part"].startswith("bot/") else _GREY)
    axes.set_yticks(range(len(rows)), [row["part"] for row in rows])
    axes.invert_yaxis()
    axes.set_title("CPU of a whole deletion, %")
    axes.set_xlabel("blue: the bot's own code; grey: libraries")
    return figure


def _bar(axes: Axes, at: int, value: float, colour: str, error: list[list[float]] | None = None) -> None:
    axes.barh(at, value, color=colour, xerr=error, capsize=3)
    right = value + (error[1][0] if error else 0)
    axes.annotate(f" {value:.1f}", (right, at), va="center", xytext=(3, 0), textcoords="offset points")
    axes.margins(x=0.12)


PLOTS: Mapping[str, Callable[[Results], Figure]] = {"deletion": deletion, "growth": growth, "profile": profile}


def main() -> None:
    """Draw them all."""
    mpl.rcParams.update({"svg.hashsalt": "codecheck-bot", "svg.fonttype": "none", "font.family": "sans-serif"})
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": "medium"})
    results = load()
    for name, plot in PLOTS.items():
        metadata = {"Date": None, "Description": f"results {digest()}"}
        plot(results).savefig(FOLDER / f"performance-{name}.svg", metadata=metadata, facecolor="white")


if __name__ == "__main__":
    main()
