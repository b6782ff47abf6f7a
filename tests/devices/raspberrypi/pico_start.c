#include "pico.h"

int main(void);

volatile uint32_t results[16] __attribute__((section(".bss.results")));
void (*volatile handler)(void) __attribute__((section(".bss.handler")));

static void finish(void) {
  register uint32_t operation __asm("r0") = 0x18; /* SYS_EXIT */
  register uint32_t reason __asm("r1") = 0x20026;
  for (;;) __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
}

void release(uint32_t blocks) {
  CLEAR(RESETS) = blocks;
  while ((R32(RESETS + 8) & blocks) != blocks) continue;
}

void clock_to_125_mhz(void) {
  R32(XOSC + 0x0C) = 47;
  R32(XOSC) = 0xFABAA0;
  while (!(R32(XOSC + 4) >> 31)) continue;
  R32(CLOCKS + 0x30) = 2;
  release(1u << 12);
  R32(PLL_SYS + 8) = 125;
  CLEAR(PLL_SYS + 4) = 1u | 1u << 5;
  while (!(R32(PLL_SYS) >> 31)) continue;
  R32(PLL_SYS + 0xC) = 6u << 16 | 2u << 12;
  CLEAR(PLL_SYS + 4) = 1u << 3;
  R32(CLOCKS + 0x3C) = 1;
  R32(CLOCKS + 0x48) = 1u << 11;
}

void tick_each_microsecond(void) {
  R32(WATCHDOG + 0x2C) = 1u << 9 | 12;
  release(1u << 21);
}

static void reset(void) {
  main();
  finish();
}

static void interrupt(void) { handler(); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 32] = {
    (void *)0x20042000, (void *)reset, [2 ... 15 + 32] = (void *)interrupt};
