/* The STM32H7A3ZI-Q fed by its SMPS at 280 MHz, from the HSI, with buses as fast as the core. */
#include "board.h"
#include "caches.h"
#include "stm32h7.h"

#define ACR_6WS_FAST 0x36u

void SystemInit(void) {
  PWR_CR3 = (PWR_CR3 & ~CR3_LDOEN) | CR3_SMPSEN;
  wait_until(&PWR_CSR1, CSR1_ACTVOSRDY, CSR1_ACTVOSRDY);
  PWR_D3CR = D3CR_VOS_HIGHEST;
  wait_until(&PWR_D3CR, D3CR_VOSRDY, D3CR_VOSRDY);
  FLASH_ACR = ACR_6WS_FAST;

  RCC_PLLCKSELR = 4u << 4;                /* HSI, 64 MHz / 4 */
  RCC_PLL1DIVR = (35u - 1u) | 1u << 9;    /* * 35 / 2 */
  RCC_PLLCFGR = PLLCFGR_DIVP1EN | PLLCFGR_PLL1RGE_8_TO_16_MHZ;
  RCC_CR |= CR_PLL1ON;
  wait_until(&RCC_CR, CR_PLL1RDY, CR_PLL1RDY);
  RCC_D1CFGR = 4u << 4;                   /* APBs at half the core's clock */
  RCC_D2CFGR = 4u << 4 | 4u << 8;
  RCC_D3CFGR = 4u << 4;
  RCC_CFGR = CFGR_SW_PLL1;
  wait_until(&RCC_CFGR, CFGR_SWS, CFGR_SWS_PLL1);
  caches_enable();
}
