"""Who asks the RP2040's DMA for transfers (datasheet 2.5.3.1: DREQ)."""

from __future__ import annotations

from collections.abc import Callable


class DmaRequests:
    """Peripherals tell whether they want a transfer, and when that may have changed."""

    def __init__(self) -> None:
        self.ready: dict[int, Callable[[], bool]] = {}
        """By number of the request (pico-sdk, regs/dreq.h)."""
        self.listener: Callable[[int], None] = lambda request: None

    def is_ready(self, request: int) -> bool:
        """Whether the peripheral wants a transfer now."""
        asked = self.ready.get(request)
        return asked is not None and asked()

    def changed(self, request: int) -> None:
        """A peripheral may want a transfer now."""
        if self.is_ready(request):
            self.listener(request)
