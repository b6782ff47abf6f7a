#include "sam.h"

int main(void);

volatile uint32_t results[16] __attribute__((section(".bss.results")));
void (*volatile handler)(void);

void finish(void) {
  register uint32_t operation __asm("r0") = 0x18; /* SYS_EXIT */
  register uint32_t reason __asm("r1") = 0x20026;
  for (;;) __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
}

/* DFLL48M in open loop: it needs no crystal. */
void clock_to_48_mhz(void) {
  R32(NVMCTRL + 4) = 1u << 7 | 1u << 1;
  R16(SYSCTRL + 0x24) = 2;
  while ((R32(SYSCTRL + 0x0C) & 1u << 4) == 0) continue;
  for (volatile int i = 0; i < 10; ++i) continue;
  R32(GCLK + 4) = 1u << 16 | 7u << 8;
}

static void reset(void) {
  main();
  finish();
}

static void interrupt(void) { handler(); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 28] = {
    (void *)0x20008000, (void *)reset, [2 ... 15 + 28] = (void *)interrupt};
