"""mcusim: run TinyML firmware without a board; count every cycle, byte and joule."""

from __future__ import annotations

__version__ = "0.1.0"
