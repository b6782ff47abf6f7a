/* What the tests with code of both security states share: the gateways, and how memory is divided. */
#pragma once
#include "../two_states.h"
#include "sse.h"

#define NS_DATA __attribute__((section(".ns_bss")))
#define CALLED_NS __attribute__((cmse_nonsecure_call))
#define MRS(name) ({ uint32_t v_; __asm volatile("mrs %0, " #name : "=r"(v_)); v_; })
/* A gateway of our own: in one link, a call of an entry function would go past the linker's. */
#define GATEWAY(name, entry)                                                              \
  __asm(".section .gateway, \"ax\"\n.global " #name "\n.thumb_func\n" #name ": sg\n"      \
        " b.w __acle_se_" #entry "\n.text\n")

static inline void open_gates(void) {
  /* Of the gates before ITCM and DTCM; QEMU has neither. Blocks of 1 kB from 64 kB on. */
  for (uint32_t word = 2; word < 4; ++word) {
    R32(0xE001E510u + 4 * word) = 0xFFFFFFFFu;
    R32(0xE001E610u + 4 * word) = 0xFFFFFFFFu;
  }
}

static inline void divide(void) {
  open_gates();
  R32(0x50080014u) = 1; /* NSCCFG: gateways among code */
  region(0, 0x00010000u, 0x0001FFFFu, 0);
  region(1, 0x20010000u, 0x2001FFFFu, 0);
  region(2, 0x1000F000u, 0x1000FFFFu, 2);
  R32(0xE000EDD0u) = 1;
  R32(0xE000ED88u) |= 0xFu << 20; /* CPACR of both states */
  R32(0xE002ED88u) |= 0xFu << 20;
  R32(0xE000ED8Cu) = 0xC00u;
  __asm volatile("msr msp_ns, %0\n dsb\n isb" ::"r"(0x20020000u));
}
