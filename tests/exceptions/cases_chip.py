"""What is the core's or the chip's own: cycles of entry and return, and bit-banding."""

from __future__ import annotations

from case import Case

# The handlers read DWT_CYCCNT as the first thing that they do.
CLOCK = """
#define CYCCNT REG(0xE0001004)
static volatile uint32_t at[8];
static void start(void) { REG(0xE000EDFC) |= 1u << 24; REG(0xE0001000) |= 1; }
"""
RAM = '__attribute__((section(".ram"), noinline, long_call))'

TIMING = Case(
    "cycles",
    "TRM 100166, 3.9: entry 12 cycles, return 10, tail-chaining 6; FPU registers 17 more",
    CLOCK
    + """
@ void SVC_Handler(void) { at[1] = CYCCNT; }
@ void IRQ0_Handler(void) { at[4] = CYCCNT; }
@ void IRQ1_Handler(void) { at[5] = CYCCNT; }
@ void run(void) {
  at[0] = CYCCNT; SVC(0); at[2] = CYCCNT;
}
@ void chain(void) { CPSIE(); }
int main(void) {
  start(); VTOR = (uint32_t)table(); run(); run();
  note(at[1] - at[0]); note(at[2] - at[1]);
  ENABLE(0); ENABLE(1); CPSID(); PEND(0); PEND(1); chain(); note(at[5] - at[4]);
  FPCCR = 1u << 31; SYNC(); FLOAT uint32_t entry = at[1] - at[0], back = at[2] - at[1];
  run(); note(at[1] - at[0] - entry); note(at[2] - at[1] - back);
}""".replace("@", RAM).replace(
        "int main",
        """extern void *const vectors[64]; static void *copy[64] __attribute__((aligned(256)));
static void **table(void) { for (int i = 0; i < 64; ++i) copy[i] = vectors[i]; return copy; }
int main""",
    ),
    (),
)

BIT_BAND = Case(
    "bit-band",
    "B3.1, TRM 100166, 3.7: a word of the alias is a bit of RAM",
    """
#define BIT(address, bit) REG(0x22000000 + ((address) - 0x20000000) * 32 + (bit) * 4)
int main(void) {
  uint32_t at = (uint32_t)region;
  REG(at) = 0x80000001; note(BIT(at, 0)); note(BIT(at, 1)); note(BIT(at + 3, 7));
  BIT(at + 1, 2) = 1; BIT(at, 0) = 2; note(REG(at));
  REG(0x42000000 + (0x21000 + 0x4C) * 32) = 1; note(REG(0x4002104C) & 1);
}""",
    (1, 0, 1, 0x80000400, 1),
)
