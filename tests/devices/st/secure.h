/* What firmware with code of both security states shares on an STM32U5: gateways, GTZC, memory. */
#pragma once
#include "../semihosting.h"
#include "../two_states.h"

#define MPCBB1 0x50032C00u
#define MPCBB3 0x50033400u
#define SECCFGR 0x100u
#define TZSC1 0x50032400u
#define TZIC1 0x50032800u

int main(void);
void interrupt(void);

static void finish(void) {
  for (;;) semihosting(0x18, 0x20026);
}

static void reset(void) {
  main();
  finish();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16 + 126] = {
    (void *)0x30010000, (void *)reset, [2 ... 15 + 126] = (void *)interrupt};

__attribute__((section(".gateway"), naked, used)) static void note_gateway(void) {
  __asm volatile("sg\n b.w __acle_se_note");
}
ENTRY void note(uint32_t word) { print(word); }
/* To Non-secure code, where the gateway of `note` is. */
#define NOTE(word) (((void FAR (*)(uint32_t))(0x0C00F001u))(word))

static inline void divide(void) {
  R32(0x56020C88u) |= 1u << 24; /* GTZC1EN */
  region(0, 0x08010000u, 0x0801FFFFu, 0);
  region(1, 0x20000000u, 0x200BFFFFu, 0); /* all RAM: MPCBB decides */
  region(2, 0x40000000u, 0x4FFFFFFFu, 0);
  region(3, 0x0C00F000u, 0x0C00FFFFu, 2);
  R32(0xE000EDD0u) = 1;
  for (uint32_t n = 0; n < 4; ++n) R32(MPCBB3 + SECCFGR + 4u * n) = 0; /* the Non-secure stack's */
  R32(0xE000ED88u) |= 0xFu << 20; /* CPACR: calls clear the FPU's registers */
  __asm volatile("msr msp_ns, %0" ::"r"(0x20050000u));
  SYNC();
}
