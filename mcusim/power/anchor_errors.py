"""How well the model meets the published currents that it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcusim.boards import load_workloads
from mcusim.boards.power_schema import RunCurrent
from mcusim.boards.schema import WorkloadMix
from mcusim.power.anchors import BoardLike, usable_anchors
from mcusim.power.energy import build_model
from mcusim.units import format_quantity


@dataclass(frozen=True)
class AnchorError:
    """One anchor against the model at the anchor's own conditions."""

    anchor: RunCurrent
    predicted_a: float
    published_a: float

    @property
    def relative(self) -> float:
        """(predicted - published) / published."""
        return self.predicted_a / self.published_a - 1.0


def anchor_errors(
    board: BoardLike, mixes: Sequence[WorkloadMix] | None = None
) -> list[AnchorError]:
    """Each anchor of the board's regulator, predicted by the model at that anchor's conditions."""
    known = load_workloads() if mixes is None else mixes
    errors = []
    for anchor in usable_anchors(board, board.regulator, known):
        row = anchor.current
        model = build_model(
            board,
            clock_hz=row.clock_hz,
            supply_v=row.supply_v,
            regulator=row.regulator,
            voltage_range=row.voltage_range,
            mixes=known,
            overhead=False,
        )
        watts = model.static_w.typical + row.clock_hz * float(model.typical @ anchor.vector())
        errors.append(AnchorError(row, watts / row.supply_v, row.typical_a))
    return errors


def anchor_table(boards: Sequence[BoardLike]) -> str:
    """Each anchor of the boards as a row of a Markdown table, as docs/energy.md shows it."""
    rows = [
        "| Chip | Regulator | Workload | Clock | Published | Model | Error | Grade |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [_row(board, error) for board in boards for error in anchor_errors(board)]
    return "\n".join(rows)


def _row(board: BoardLike, error: AnchorError) -> str:
    row = error.anchor
    cells = [
        board.chip.title,
        f"{row.regulator}, {row.supply_v:g} V",
        f"{row.workload} from {row.code}",
        format_quantity(row.clock_hz, "Hz"),
        format_quantity(error.published_a, "A"),
        format_quantity(error.predicted_a, "A"),
        f"{abs(100 * error.relative):.2f} %",
        row.grade,
    ]
    return f"| {' | '.join(cells)} |"
