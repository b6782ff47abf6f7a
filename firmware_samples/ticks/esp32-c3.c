/* The ESP32-C3's system timer, comparator 0, on line 5 of the CPU. */
#include "registers.h"
#include "ticks.h"
#include "trap.h"

#define SYSTIMER_CONF REG32(0x60023000u)
#define SYSTIMER_TARGET0_CONF REG32(0x60023034u)
#define SYSTIMER_COMP0_LOAD REG32(0x60023050u)
#define SYSTIMER_INT_ENA REG32(0x60023064u)
#define SYSTIMER_INT_CLR REG32(0x6002306Cu)
#define CONF_TARGET0_WORK_EN (1u << 24)
#define TARGET0_PERIOD_MODE (1u << 30)
#define TICKS_A_MILLISECOND 16000u

#define INTERRUPT_SYSTIMER_TARGET0_MAP REG32(0x600C2094u)
#define INTERRUPT_CPU_INT_ENABLE REG32(0x600C2104u)
#define INTERRUPT_CPU_INT_PRI_5 REG32(0x600C2128u)
#define INTERRUPT_CPU_INT_THRESH REG32(0x600C2194u)
#define LINE 5u

void trap_handler(uint32_t cause) {
  if (cause == (CAUSE_INTERRUPT | LINE)) {
    SYSTIMER_INT_CLR = 1;
    ++ticks;
  } else {
    for (;;) {
    }
  }
}

void ticks_start(void) {
  SYSTIMER_TARGET0_CONF = TARGET0_PERIOD_MODE | TICKS_A_MILLISECOND;
  SYSTIMER_COMP0_LOAD = 1;
  SYSTIMER_CONF |= CONF_TARGET0_WORK_EN;
  SYSTIMER_INT_ENA = 1;
  INTERRUPT_SYSTIMER_TARGET0_MAP = LINE;
  INTERRUPT_CPU_INT_PRI_5 = 1;
  INTERRUPT_CPU_INT_THRESH = 1;
  INTERRUPT_CPU_INT_ENABLE |= 1u << LINE;
  enable_interrupts();
}

void ticks_wait(void) { wait_for_interrupt(); }
