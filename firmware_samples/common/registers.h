/* The few core registers that the samples use (names as in CMSIS and the Arm ARM). */
#pragma once

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

/* System control block */
#define SCB_CPACR REG32(0xE000ED88u)
#define CPACR_CP10_CP11_FULL (0xFu << 20)

/* Debug: trace must be enabled before the DWT or ITM may be used. */
#define COREDEBUG_DEMCR REG32(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)

/* Data watchpoint and trace unit */
#define DWT_CTRL REG32(0xE0001000u)
#define DWT_CYCCNT REG32(0xE0001004u)
#define DWT_CTRL_CYCCNTENA (1u << 0)

/* Instrumentation trace macrocell */
#define ITM_PORT(n) REG32(0xE0000000u + 4u * (n))
#define ITM_PORT_U8(n) (*(volatile uint8_t *)(0xE0000000u + 4u * (n)))
#define ITM_TER REG32(0xE0000E00u)
#define ITM_TCR REG32(0xE0000E80u)
#define ITM_LAR REG32(0xE0000FB0u)
#define ITM_TCR_ITMENA (1u << 0)
#define ITM_TCR_SWOENA (1u << 4)
#define ITM_LAR_UNLOCK 0xC5ACCE55u

static inline void barrier(void) { __asm volatile("dsb\n\tisb" ::: "memory"); }
