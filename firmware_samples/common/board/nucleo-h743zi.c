/* The STM32H743 at 480 MHz (VOS0), from the ST-LINK's 8 MHz, with buses at half of that. */
#include "board.h"
#include "caches.h"
#include "stm32h7.h"

#define ACR_4WS_FAST 0x24u

void SystemInit(void) {
  PWR_CR3 = CR3_LDOEN;
  wait_until(&PWR_CSR1, CSR1_ACTVOSRDY, CSR1_ACTVOSRDY);
  PWR_D3CR = D3CR_VOS_HIGHEST;
  wait_until(&PWR_D3CR, D3CR_VOSRDY, D3CR_VOSRDY);
  RCC_APB4ENR |= 1u << 1; /* SYSCFG */
  SYSCFG_PWRCR |= PWRCR_ODEN;
  wait_until(&PWR_D3CR, D3CR_VOSRDY, D3CR_VOSRDY);
  FLASH_ACR = ACR_4WS_FAST;

  RCC_CR |= CR_HSEBYP;
  RCC_CR |= CR_HSEON;
  wait_until(&RCC_CR, CR_HSERDY, CR_HSERDY);
  RCC_PLLCKSELR = 2u | 1u << 4;           /* HSE, 8 MHz / 1 */
  RCC_PLL1DIVR = (120u - 1u) | 1u << 9;   /* * 120 / 2 */
  RCC_PLLCFGR = PLLCFGR_DIVP1EN | PLLCFGR_PLL1RGE_8_TO_16_MHZ;
  RCC_CR |= CR_PLL1ON;
  wait_until(&RCC_CR, CR_PLL1RDY, CR_PLL1RDY);
  RCC_D1CFGR = 8u | 4u << 4;              /* AXI and AHB at a half, APBs at a quarter */
  RCC_D2CFGR = 4u << 4 | 4u << 8;
  RCC_D3CFGR = 4u << 4;
  RCC_CFGR = CFGR_SW_PLL1;
  wait_until(&RCC_CFGR, CFGR_SWS, CFGR_SWS_PLL1);
  caches_enable();
}
