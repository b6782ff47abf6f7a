#include "pico2.h"

int main(void);

volatile uint32_t results[16] __attribute__((section(".bss.results")));
void (*volatile handler)(void);
static uint32_t stack1[256];

void finish(void) {
  register uint32_t operation __asm("r0") = 0x18; /* SYS_EXIT */
  register uint32_t reason __asm("r1") = 0x20026;
  for (;;) __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
}

void clock_to_150_mhz(void) {
  R32(XOSC + 0x0C) = 47;
  R32(XOSC) = 0xFABAA0;
  while (!(R32(XOSC + 4) >> 31)) continue;
  R32(CLOCKS + 0x30) = 2;
  while (R32(CLOCKS + 0x38) != 4) continue;
  release(1u << 14);
  R32(PLL_SYS + 8) = 125;
  R32(PLL_SYS + CLEAR + 4) = 1u << 0 | 1u << 5;
  while (!(R32(PLL_SYS) >> 31)) continue;
  R32(PLL_SYS + 0x0C) = 5u << 16 | 2u << 12;
  R32(PLL_SYS + CLEAR + 4) = 1u << 3;
  R32(CLOCKS + 0x3C) = 1;
  while (R32(CLOCKS + 0x44) != 2) continue;
  R32(CLOCKS + 0x48) = 1u << 11;
}

static uint32_t exchange(uint32_t word) {
  while (!(FIFO_ST & 2)) continue;
  FIFO_WR = word;
  __asm volatile("sev");
  while (!(FIFO_ST & 1)) __asm volatile("wfe");
  return FIFO_RD;
}

void launch(void (*entry)(void)) {
  const uint32_t words[] = {0, 0, 1, 0x10000000u, (uint32_t)(stack1 + 256), (uint32_t)entry};
  for (int i = 0; i < 6;) {
    if (!words[i]) {
      while (FIFO_ST & 1) (void)FIFO_RD;
    }
    i = exchange(words[i]) == words[i] ? i + 1 : 0;
  }
}

__attribute__((used)) static void reset(void) {
  main();
  finish();
}

static void interrupt(void) { handler(); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 52] = {
    (void *)0x20082000, (void *)reset, [2 ... 15 + 52] = (void *)interrupt};

#ifndef WITHOUT_IMAGE
/* An executable for the Arm cores of the RP2350, Secure (pico-sdk, boot/picobin.h). */
__attribute__((section(".image_def"), used)) static const uint32_t image_def[] = {
    0xFFFFDED3u, 0x10210142u, 0x000001FFu, 0, 0xAB123579u};
#endif
