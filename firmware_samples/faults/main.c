/* Firmware that goes wrong in one way, chosen by a define. What goes wrong does so in `trigger`. */
#include <stdint.h>

#include "print.h"

#define UNMAPPED_DATA 0x60000000u
#define UNMAPPED_CODE 0x30000001u

#if defined(FAULT_UDF)
#define ACTION "undefined instruction"
__attribute__((noipa)) static void trigger(void) { __asm volatile("udf #0"); }

#elif defined(FAULT_BUS)
#define ACTION "read from unmapped memory"
__attribute__((noipa)) static void trigger(void) { (void)*(volatile uint32_t *)UNMAPPED_DATA; }

#elif defined(FAULT_JUMP)
#define ACTION "call to unmapped memory"
/* Volatile, so that it is a call through a pointer as in code with corrupted data. */
static void (*volatile nowhere)(void) = (void (*)(void))UNMAPPED_CODE;
__attribute__((noipa)) static void trigger(void) {
  nowhere();
  __asm volatile(""); /* no tail call: the return address must point here */
}

#elif defined(FAULT_NOFPU)
/* Built with KEEP_FPU_OFF, which takes the FPU's enabling out of the start-up code. */
#define ACTION "floating-point instruction with the FPU off"
static volatile float number = 1.5f;
__attribute__((noipa)) static void trigger(void) { number = number * 2.0f; }

#elif defined(FAULT_SVC)
#define ACTION "supervisor call without a handler"
__attribute__((noipa)) static void trigger(void) { __asm volatile("svc #0" ::: "memory"); }

#elif defined(HANG)
#define ACTION "wait for a flag that nobody sets"
static volatile uint32_t ready;
__attribute__((noipa)) static void trigger(void) {
  while (ready == 0) {
  }
}
#endif

int main(void) {
  print("before: %s\n", ACTION);
  trigger();
  print("after: this line must not appear\n");
  return 1;
}
