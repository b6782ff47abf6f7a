/* Reset and the vector table; enough C runtime for C and C++ without newlib's crt0. */
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "registers.h"
#include "semihosting.h"

typedef void (*function)(void);

extern uint32_t _sidata[], _sdata[], _edata[], _sbss[], _ebss[], _estack[];
extern const function __preinit_array_start[], __preinit_array_end[];
extern const function __init_array_start[], __init_array_end[];

int main(void);

static void enable_fpu(void) {
  SCB_CPACR |= CPACR_CP10_CP11_FULL;
  barrier(); /* a floating-point instruction may follow at once */
}

static void copy_data(void) {
  const uint32_t *source = _sidata;
  for (uint32_t *target = _sdata; target < _edata; ++target) {
    *target = *source++;
  }
}

static void zero_bss(void) {
  for (uint32_t *target = _sbss; target < _ebss; ++target) {
    *target = 0;
  }
}

static void call_all(const function *first, const function *last) {
  for (const function *each = first; each < last; ++each) {
    (*each)();
  }
}

__attribute__((noreturn)) void Reset_Handler(void) {
#ifndef KEEP_FPU_OFF
  enable_fpu();
#else
  (void)enable_fpu;
#endif
  SystemInit();
  copy_data();
  zero_bss();
  call_all(__preinit_array_start, __preinit_array_end);
  call_all(__init_array_start, __init_array_end);
  semihosting_exit(main());
}

void Default_Handler(void) {
  for (;;) {
  }
}

#define WEAK_HANDLER(name) void name(void) __attribute__((weak, alias("Default_Handler")))

WEAK_HANDLER(NMI_Handler);
WEAK_HANDLER(HardFault_Handler);
WEAK_HANDLER(MemManage_Handler);
WEAK_HANDLER(BusFault_Handler);
WEAK_HANDLER(UsageFault_Handler);
WEAK_HANDLER(SVC_Handler);
WEAK_HANDLER(DebugMon_Handler);
WEAK_HANDLER(PendSV_Handler);
WEAK_HANDLER(SysTick_Handler);

/* No sample uses interrupts; the entries are there so that a stray one does not run wild. */
#define INTERRUPT_COUNT 96

struct vector_table {
  uint32_t *initial_sp;
  function handlers[15 + INTERRUPT_COUNT];
};

__attribute__((section(".isr_vector"), used)) const struct vector_table vector_table = {
    .initial_sp = _estack,
    .handlers =
        {
            Reset_Handler,
            NMI_Handler,
            HardFault_Handler,
            MemManage_Handler,
            BusFault_Handler,
            UsageFault_Handler,
            NULL,
            NULL,
            NULL,
            NULL,
            SVC_Handler,
            DebugMon_Handler,
            NULL,
            PendSV_Handler,
            SysTick_Handler,
            [15 ... 14 + INTERRUPT_COUNT] = Default_Handler,
        },
};
