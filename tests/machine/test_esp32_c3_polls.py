"""ESP32-C3: counters that firmware polls are latched and read without asking their devices."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_esp32_c3 import build, run

import mcusim
from mcusim.devices.espressif.systimer import EspSystimer
from mcusim.devices.espressif.timer_group import EspTimerGroup
from mcusim.machine.core_inputs import CoreInputs

PROGRAM = """
static uint32_t sum = 1;
static void add(uint32_t value) { sum = (sum ^ value) * 16777619u; }
static void poll(uint32_t base, uint32_t trigger, uint32_t low, uint32_t high, int times) {
  for (int i = 0; i < times; ++i) {
    REG32(base + trigger) = 1u << 30;
    add(REG32(base + low));
    add(REG32(base + high));
    for (int pause = i % 23; pause > 0; --pause) __asm__ volatile("");
  }
}
static void poll_all(int times) {
  poll(0x60023000u, 0x04, 0x44, 0x40, times);
  poll(0x60023000u, 0x08, 0x4C, 0x48, times);
  poll(0x6001F000u, 0x0C, 0x04, 0x08, times);
}
int main(void) {
  REG32(0x60023000u) |= 3u << 29;
  REG32(0x6002300Cu) = 1;  /* an upper word that changes on the way */
  REG32(0x60023010u) = 0xFFFFF000u;
  REG32(0x6002305Cu) = 1;
  REG32(0x6001F000u) = 1u << 31 | 7u << 13;  /* down from 0, at 80 MHz / 7 */
  poll_all(200);
  REG32(0x600C0008u) &= ~3u;  /* 80 MHz */
  poll_all(200);
  REG32(0x600C0058u) = 1;  /* the crystal by 2: the APB's clock is another, too */
  poll_all(200);
  REG32(0x60023000u) &= ~(1u << 30);  /* unit 0 stands still */
  poll_all(200);
  *(volatile uint8_t *)0x60023007u = 1u << 6;  /* narrow: asks the device */
  add(*(volatile uint8_t *)0x60023045u);
  add(*(volatile uint16_t *)0x60023042u);
  print("%u\\n", sum);
  return 0;
}
"""


def test_a_count_is_the_same_whoever_latches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elf = build(tmp_path, PROGRAM)
    latched = mcusim.run(elf, board="esp32-c3")
    monkeypatch.setattr(CoreInputs, "latch", lambda *_: None)
    asked = mcusim.run(elf, board="esp32-c3")
    assert latched.outcome == "exited"
    assert latched.to_dict() == asked.to_dict()


@pytest.mark.parametrize(
    ("device", "polled"),
    [
        (EspSystimer, "0x60023000u, 0x04, 0x44, 0x40"),
        (EspTimerGroup, "0x6001F000u, 0x0C, 0x04, 0x08"),
    ],
)
def test_polls_do_not_ask_the_device(
    device: type, polled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for name in ("load", "store"):
        method = getattr(device, name)
        monkeypatch.setattr(
            device, name, lambda *args, method=method: asked.append(args) or method(*args)
        )
    end = PROGRAM.index("int main")
    result = run(tmp_path, PROGRAM[:end] + f"int main(void) {{ poll({polled}, 5000); return 0; }}")
    assert result.exit_code == 0
    assert len(asked) < 50


def test_counters_are_latched_after_a_reset_as_before(tmp_path: Path) -> None:
    end = PROGRAM.index("int main")
    program = (
        PROGRAM[:end]
        + """
    int main(void) {
      REG32(0x60023004u) = 1u << 30;
      uint32_t before = REG32(0x60023044u);
      for (int i = 0; i < 1000; ++i) __asm__ volatile("");
      REG32(0x60023004u) = 1u << 30;
      print("counts: %u\\n", REG32(0x60023044u) - before > 50);
      if (REG32(0x60008050u) == 7) return 0;
      REG32(0x60008050u) = 7;
      REG32(0x60008000u) |= 1u << 31;
      for (;;) { }
    }
    """
    )
    assert run(tmp_path, program).output == "counts: 1\ncounts: 1\n"
