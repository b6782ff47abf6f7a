/* The STM32G0B1 at 64 MHz: Range 1 as at reset, HSI16 * 8 / 2. */
#include "board.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40022000u)
#define ACR_LATENCY 7u
#define ACR_2WS 2u
#define ACR_PRFTEN (1u << 8)
#define ACR_ICEN (1u << 9)

#define RCC_CR REG32(0x40021000u)
#define RCC_CFGR REG32(0x40021008u)
#define RCC_PLLCFGR REG32(0x4002100Cu)
#define CR_PLLON (1u << 24)
#define CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 2u
#define CFGR_SWS (7u << 3)
#define CFGR_SWS_PLL (2u << 3)

static void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}

void SystemInit(void) {
  FLASH_ACR = ACR_2WS | ACR_PRFTEN | ACR_ICEN;
  wait_until(&FLASH_ACR, ACR_LATENCY, ACR_2WS);
  RCC_PLLCFGR = 2u | 8u << 8 | 1u << 28 | 1u << 29; /* HSI16 / 1 * 8 / 2 on output R */
  RCC_CR |= CR_PLLON;
  wait_until(&RCC_CR, CR_PLLRDY, CR_PLLRDY);
  RCC_CFGR = CFGR_SW_PLL;
  wait_until(&RCC_CFGR, CFGR_SWS, CFGR_SWS_PLL);
}
