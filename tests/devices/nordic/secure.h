/* Firmware with code of both security states: Non-secure code leaves words in its RAM. */
#pragma once
#include "../semihosting.h"
#include "../two_states.h"

#define PERIPHID(n) R32(0x50003800u + 4u * (n))
#define TIMER0 0xFu
#define CC0(base) R32((base) + 0xF540u) /* of TIMER0, behind the base of peripherals */

int main(void);

static void reset(void) {
  R32(0x50003600u + 4u * 4u) = 7; /* FLASHREGION[4], RAMREGION[8]: Non-secure */
  R32(0x50003700u + 4u * 8u) = 7;
  R32(0xE000EDD0u) = 2; /* SAU: ALLNS */
  R32(0xE000ED88u) |= 0xFu << 20;
  __asm volatile("msr msp_ns, %0" ::"r"(0x20012000u));
  SYNC();
  main();
  for (;;) semihosting(0x18, 0x20026);
}

static void fault(void) { for (;;) { } }

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 69] = {
    (void *)0x20002000, (void *)reset, [2 ... 15 + 69] = (void *)fault};
