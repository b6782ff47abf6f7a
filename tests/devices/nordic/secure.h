/* Firmware with code of both security states: Non-secure code leaves words in its RAM. */
#pragma once
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define NS_CODE __attribute__((section(".ns_text"), noinline))
typedef uint32_t __attribute__((cmse_nonsecure_call)) ns_function(uint32_t);
#define CALL_NS(function, argument) (((ns_function *)((uint32_t)(function) & ~1u))(argument))
#define PERIPHID(n) R32(0x50003800u + 4u * (n))
#define TIMER0 0xFu
#define CC0(base) R32((base) + 0xF540u) /* of TIMER0, behind the base of peripherals */
#define SYNC() __asm volatile("dsb\n isb" ::: "memory")

int main(void);

static inline void semihosting(uint32_t operation, uint32_t parameter) {
  register uint32_t r0 __asm("r0") = operation, r1 __asm("r1") = parameter;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void print(uint32_t word) {
  char line[10];
  for (int i = 0; i < 8; ++i) line[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
  line[8] = '\n';
  line[9] = 0;
  semihosting(4, (uint32_t)line);
}

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
