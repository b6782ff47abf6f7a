/* The FE310's two kinds of interrupts: the timer's, straight from the CLINT, and a PWM's, by way of
 * the platform-level interrupt controller. The core sleeps in between. */
#include "print.h"
#include "registers.h"
#include "trap.h"

#define CLINT_MTIMECMP_LOW REG32(0x02004000u)
#define CLINT_MTIMECMP_HIGH REG32(0x02004004u)
#define CLINT_MTIME_LOW REG32(0x0200BFF8u)
#define COUNTS_A_MILLISECOND 30u /* of the low-frequency clock at reset, 30 kHz */

#define PLIC_PRIORITY(source) REG32(0x0C000000u + 4u * (source))
#define PLIC_ENABLE(source) REG32(0x0C002000u + 4u * ((source) / 32u))
#define PLIC_THRESHOLD REG32(0x0C200000u)
#define PLIC_CLAIM REG32(0x0C200004u)
#define SOURCE_PWM1 44u

#define PWM1_PWMCFG REG32(0x10025000u)
#define PWM1_PWMCMP(n) REG32(0x10025020u + 4u * (n))
#define PWMCFG_STICKY (1u << 8)
#define PWMCFG_ZEROCMP (1u << 9)
#define PWMCFG_ENALWAYS (1u << 12)
#define PWMCFG_RUN (PWMCFG_ENALWAYS | PWMCFG_ZEROCMP | PWMCFG_STICKY)
#define PERIOD_0_1_MS (25600u - 1u) /* clocks of 256 MHz */
#define NEVER 0xFFFFu

#define CAUSE_MACHINE_TIMER (CAUSE_INTERRUPT | 7u)
#define CAUSE_MACHINE_EXTERNAL (CAUSE_INTERRUPT | 11u)
#define MIE_MTIE (1u << 7)
#define MIE_MEIE (1u << 11)

#define TICKS 3u

static volatile unsigned ticks, periods, others;
static uint32_t next_tick;

/* The upper half stays 0: the lower one is not full for a day and a half. */
static void plan_tick(void) {
  next_tick += COUNTS_A_MILLISECOND;
  CLINT_MTIMECMP_LOW = next_tick;
}

static void serve_external(void) {
  const uint32_t source = PLIC_CLAIM;
  if (source == SOURCE_PWM1) {
    PWM1_PWMCFG = PWMCFG_RUN; /* pwmcmp0ip is cleared */
    ++periods;
  } else {
    ++others;
  }
  PLIC_CLAIM = source;
}

void trap_handler(uint32_t cause) {
  if (cause == CAUSE_MACHINE_EXTERNAL) {
    serve_external();
  } else if (cause == CAUSE_MACHINE_TIMER) {
    plan_tick();
    ++ticks;
  } else {
    for (;;) {
    }
  }
}

static void start_pwm(void) {
  PLIC_THRESHOLD = 0;
  PLIC_PRIORITY(SOURCE_PWM1) = 1;
  PLIC_ENABLE(SOURCE_PWM1) |= 1u << (SOURCE_PWM1 % 32u);
  PWM1_PWMCMP(0) = PERIOD_0_1_MS;
  for (unsigned n = 1; n < 4; ++n) {
    PWM1_PWMCMP(n) = NEVER;
  }
  PWM1_PWMCFG = PWMCFG_RUN;
}

int main(void) {
  start_pwm();
  next_tick = CLINT_MTIME_LOW;
  plan_tick();
  CLINT_MTIMECMP_HIGH = 0;
  __asm volatile(".option push\n.option arch, +zicsr\ncsrs mie, %0\n.option pop"
                 ::"r"(MIE_MTIE | MIE_MEIE));
  enable_interrupts();
  while (ticks < TICKS) {
    wait_for_interrupt();
  }
  print("%u ticks, %u periods, %u others\n", ticks, periods, others);
  return others == 0 ? 0 : 1;
}
