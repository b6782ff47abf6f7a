"""Blocks of the nRF5340 whose registers are remembered, and do nothing."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.nordic.peripheral import NrfPeripheral


class Nrf53Registers(Device):
    """DCNF, CTRLAP, MUTEX, TAD: start-up code writes them and reads them back.

    Without a network core and a debugger, nobody else takes a mutex or looks at CTRLAP.
    """


class Nrf53Ipc(NrfPeripheral):
    """Signals go out, and none comes in: the network core is not modelled."""
