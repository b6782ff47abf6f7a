/* Enough C runtime for C without a C library, on RISC-V. */
#include <stdint.h>

#include "board.h"
#include "semihosting.h"
#include "trap.h"

typedef void (*function)(void);

extern uint32_t _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
extern const function __init_array_start[], __init_array_end[];

int main(void);
void start(void) __attribute__((noreturn));

/* Where a loader has put .data into place, there is nothing to copy. */
static void copy_data(void) {
  const uint32_t *source = _sidata;
  for (uint32_t *target = _sdata; source != _sdata && target < _edata; ++target) {
    *target = *source++;
  }
}

void start(void) {
  SystemInit();
  copy_data();
  for (uint32_t *target = _sbss; target < _ebss; ++target) {
    *target = 0;
  }
  for (const function *each = __init_array_start; each < __init_array_end; ++each) {
    (*each)();
  }
  semihosting_exit(main());
}

__attribute__((weak)) void trap_handler(uint32_t cause) {
  (void)cause;
  for (;;) {
  }
}
