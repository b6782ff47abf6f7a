/* Clocks and power of the STM32H7 (names as in RM0433 and RM0455). */
#pragma once

#include "registers.h"

#define FLASH_ACR REG32(0x52002000u)

#define RCC_CR REG32(0x58024400u)
#define RCC_CFGR REG32(0x58024410u)
#define RCC_D1CFGR REG32(0x58024418u) /* CDCFGR1 in the STM32H7A3 */
#define RCC_D2CFGR REG32(0x5802441Cu) /* CDCFGR2 */
#define RCC_D3CFGR REG32(0x58024420u) /* SRDCFGR */
#define RCC_PLLCKSELR REG32(0x58024428u)
#define RCC_PLLCFGR REG32(0x5802442Cu)
#define RCC_PLL1DIVR REG32(0x58024430u)
#define RCC_APB4ENR REG32(0x580244F4u)
#define RCC_AHB4ENR REG32(0x580244E0u)
#define RCC_APB1LENR REG32(0x580244E8u)
#define CR_HSEON (1u << 16)
#define CR_HSERDY (1u << 17)
#define CR_HSEBYP (1u << 18)
#define CR_PLL1ON (1u << 24)
#define CR_PLL1RDY (1u << 25)
#define CFGR_SW_PLL1 3u
#define CFGR_SWS_PLL1 (3u << 3)
#define CFGR_SWS (7u << 3)
#define PLLCFGR_DIVP1EN (1u << 16)
#define PLLCFGR_PLL1RGE_8_TO_16_MHZ (3u << 2)

#define PWR_CSR1 REG32(0x58024804u)
#define PWR_CR3 REG32(0x5802480Cu)
#define PWR_D3CR REG32(0x58024818u) /* SRDCR */
#define CSR1_ACTVOSRDY (1u << 13)
#define D3CR_VOSRDY (1u << 13)
#define D3CR_VOS_HIGHEST (3u << 14)
#define CR3_LDOEN (1u << 1)
#define CR3_SMPSEN (1u << 2)

#define SYSCFG_PWRCR REG32(0x5800042Cu)
#define PWRCR_ODEN (1u << 0)

static inline void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}
