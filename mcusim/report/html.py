"""A result in a notebook: the headline and the regions as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mcusim.report import figures, headline
from mcusim.result import Region, Result

# Colours that read on a light and on a dark notebook.
_LEVEL_COLOURS = {"good": "#2e8b57", "plain": "inherit", "note": "#c47f00", "bad": "#d1495b"}

_REGION_TITLES = ("region", "calls", "mean", "longest", "energy", "low–high", "power")


def to_html(result: Result) -> str:
    """The headline and, where there are any, the regions; no script, no style of the page."""
    parts = [
        f"<b>{_text(headline.title(result))}</b><br>",
        f"<small>{_text(headline.conditions(result))}</small>",
        _verdicts(result),
    ]
    if result.regions:
        parts.append(_table(_REGION_TITLES, [_cells(region) for region in result.regions]))
    parts += [f"<div>⚠ {_text(message)}</div>" for message in result.warnings]
    return "<div>" + "".join(parts) + "</div>"


def _verdicts(result: Result) -> str:
    rows = "".join(
        f'<tr><th style="text-align:left;color:{_LEVEL_COLOURS[verdict.level]}">'
        f'{_text(verdict.label)}</th><td style="text-align:left">{_text(verdict.text)}</td></tr>'
        for verdict in headline.verdicts(result)
    )
    return f"<table>{rows}</table>"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{_text(title)}</th>" for title in titles)
    body = "".join("<tr>" + "".join(_cell(i, c) for i, c in enumerate(r)) + "</tr>" for r in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(column: int, content: str) -> str:
    side = "left" if column == 0 else "right"
    return f'<td style="text-align:{side}">{_text(content)}</td>'


def _cells(region: Region) -> list[str]:
    return [
        region.name + (" (inference)" if region.inference else ""),
        figures.count(region.calls),
        figures.time(region.time_mean_s),
        figures.time(region.time_max_s),
        figures.energy(region.energy_mean_j),
        figures.energy_band(region.energy_low_mean_j, region.energy_high_mean_j),
        figures.power(region.power_mean_w),
    ]


def _text(content: str) -> str:
    return escape(figures.plain(content))
