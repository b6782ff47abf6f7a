"""What the ports that a console may go to know of each other."""

from __future__ import annotations


class Console:
    """One object a machine."""

    def __init__(self) -> None:
        self.is_on_uart = False
        """Whether the firmware has sent anything by a UART."""
