#include "semihosting.h"

enum operation {
  SYS_WRITEC = 0x03,
  SYS_WRITE0 = 0x04,
  SYS_CLOCK = 0x10,
  SYS_EXIT = 0x18,
  SYS_EXIT_EXTENDED = 0x20,
  SYS_ELAPSED = 0x30,
  SYS_TICKFREQ = 0x31,
};

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

/* The host reads and writes our memory through the second argument. */
#ifdef __riscv
/* RISC-V Semihosting 0.3: a marked `ebreak`, operation in a0 and parameter in a1. */
static inline uint32_t call(enum operation operation, uint32_t parameter) {
  register uint32_t a0 __asm("a0") = operation;
  register uint32_t a1 __asm("a1") = parameter;
  /* Three instructions of four bytes, in one page: the marks around the breakpoint. */
  __asm volatile(
      ".balign 16\n.option push\n.option norvc\n"
      "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}
#else
static inline uint32_t call(enum operation operation, uint32_t parameter) {
  register uint32_t r0 __asm("r0") = operation;
  register uint32_t r1 __asm("r1") = parameter;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
#endif

void semihosting_write0(const char *text) { call(SYS_WRITE0, (uint32_t)text); }

void semihosting_writec(char character) { call(SYS_WRITEC, (uint32_t)&character); }

uint32_t semihosting_clock(void) { return call(SYS_CLOCK, 0); }

uint64_t semihosting_elapsed(void) {
  uint32_t ticks[2] = {0, 0};
  call(SYS_ELAPSED, (uint32_t)ticks);
  return ((uint64_t)ticks[1] << 32) | ticks[0];
}

int32_t semihosting_tickfreq(void) { return (int32_t)call(SYS_TICKFREQ, 0); }

void semihosting_exit(int status) {
  if (status == 0) {
    call(SYS_EXIT, ADP_STOPPED_APPLICATION_EXIT);
  } else {
    /* On 32-bit cores plain SYS_EXIT cannot carry a status. */
    uint32_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint32_t)status};
    call(SYS_EXIT_EXTENDED, (uint32_t)block);
  }
  for (;;) {
  }
}
