/* Words as text, through semihosting. */
#pragma once
#include <stdint.h>

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
