"""ESP32-C3 RMT: what its transmitters send takes its time, and the driver is told."""

from __future__ import annotations

import pytest
from esp_rig import Rig

SOURCE = 28
CONF0, STATUS, TX_LIM, SYS_CONF, MEMORY = 0x10, 0x28, 0x58, 0x68, 0x400
INT_RAW, INT_ENA, INT_CLR = 0x38, 0x40, 0x44
START, RD_RST, CONTI, WRAP, STOP = 1 << 0, 1 << 1, 1 << 3, 1 << 4, 1 << 7
END, ERROR, THRESHOLD, LOOP = 1 << 0, 1 << 4, 1 << 8, 1 << 12
TICK_S = 1e-7
WORD = 30 | 1 << 15 | 20 << 16
"""5 us of these ticks."""


@pytest.fixture
def rig() -> Rig:
    """Ticks of 10 MHz: 80 MHz by 1, then by 8."""
    rig = Rig()
    rig["rmt"].write(SYS_CONF, 4, 1 << 26 | 1 << 24 | 1)
    rig.route(SOURCE, 5)
    return rig


def fill(rig: Rig, words: list[int], *, channel: int = 0) -> None:
    for place, word in enumerate(words):
        rig["rmt"].write(MEMORY + 4 * (48 * channel + place), 4, word)


def start(rig: Rig, mode: int = 0, *, channel: int = 0, limit: int = 24) -> None:
    rig["rmt"].write(TX_LIM + 4 * channel, 4, limit)
    rig["rmt"].write(CONF0 + 4 * channel, 4, 1 << 16 | 8 << 8 | mode | RD_RST | START)


def raw(rig: Rig) -> int:
    return rig["rmt"].read(INT_RAW, 4)


@pytest.mark.parametrize("channel", [0, 1])
def test_words_take_their_ticks_up_to_the_end_mark(channel: int, rig: Rig) -> None:
    rig["rmt"].write(INT_ENA, 4, END << channel)
    fill(rig, [WORD] * 10 + [0], channel=channel)
    start(rig, channel=channel)
    rig.later(49.9e-6)
    assert (raw(rig), rig.host.core_interrupt) == (0, 0)
    rig.later(0.2e-6)
    assert (raw(rig), rig.host.core_interrupt) == (END << channel, 5)
    rig["rmt"].write(INT_CLR, 4, END << channel)
    assert rig.host.core_interrupt == 0


def test_a_second_half_of_no_ticks_ends_too(rig: Rig) -> None:
    fill(rig, [WORD, 30, WORD])
    start(rig)
    rig.later(8.1e-6)
    assert raw(rig) == END


@pytest.mark.parametrize(
    ("group", "divider", "tick_s"),
    [(3 << 24, 4, 1e-7), (1 << 24 | 1 << 4, 0, 6.4e-6), (1 << 24 | 1 << 18 | 2 << 12, 8, 1.5e-7)],
)
def test_the_clock_of_a_tick(group: int, divider: int, tick_s: float, rig: Rig) -> None:
    """The crystal by 4; 80 MHz by 2 and 256; 80 MHz by 1.5 and 8."""
    rig["rmt"].write(SYS_CONF, 4, group)
    fill(rig, [WORD] * 10 + [0])
    rig["rmt"].write(CONF0, 4, 1 << 16 | divider << 8 | RD_RST | START)
    rig.later(499 * tick_s)
    assert raw(rig) == 0
    rig.later(2 * tick_s)
    assert raw(rig) == END


def test_the_memory_is_filled_again_at_each_threshold(rig: Rig) -> None:
    """As the driver does: it writes the half that was sent while the other one is under way."""
    rmt = rig["rmt"]
    fill(rig, [WORD] * 48)
    start(rig, WRAP)
    rig.later(120.1e-6)
    assert (raw(rig), rmt.read(STATUS, 4) & 0x1FF) == (THRESHOLD, 0)
    rmt.write(INT_CLR, 4, THRESHOLD)
    fill(rig, [WORD] * 4 + [0])
    rig.later(120e-6)
    assert raw(rig) == THRESHOLD
    rig.later(20e-6)
    assert raw(rig) == THRESHOLD | END


def test_words_without_an_end_are_an_error(rig: Rig) -> None:
    fill(rig, [WORD] * 48)
    start(rig, limit=0x80)
    rig.later(241e-6)
    assert raw(rig) == ERROR


def test_loops_are_counted_until_they_are_stopped(rig: Rig) -> None:
    rmt = rig["rmt"]
    fill(rig, [WORD] * 2 + [0])
    start(rig, CONTI, limit=0x80 | 3 << 9 | 1 << 19)
    rig.later(29.9e-6)
    assert raw(rig) == 0
    rig.later(0.2e-6)
    assert raw(rig) == LOOP
    rmt.write(CONF0, 4, 1 << 16 | 8 << 8 | STOP)
    rmt.write(INT_CLR, 4, LOOP)
    rig.later(1e-3)
    assert raw(rig) == 0
