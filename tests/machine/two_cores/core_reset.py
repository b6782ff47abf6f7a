"""A register that holds the second core in reset while it is 1."""

from mcusim.devices import Device


class CoreReset(Device):
    """What a chip's reset controller does for a core."""

    type_name = "core-reset"

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if value:
            self.host.hold_core(1)
        else:
            self.host.release_core(1)
