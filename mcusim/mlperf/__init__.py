"""MLPerf Tiny firmware on a simulated board: the runner's dialogue, and what it measures."""

from mcusim.mlperf.dialogue import Dialogue, DialogueError
from mcusim.mlperf.measure import Measurement, measure
from mcusim.mlperf.models import MODELS, Model

__all__ = ["MODELS", "Dialogue", "DialogueError", "Measurement", "Model", "measure"]
