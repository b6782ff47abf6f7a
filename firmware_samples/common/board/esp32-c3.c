#include "board.h"
#include "registers.h"

#define SYSTEM_CPU_PER_CONF REG32(0x600C0008u)
#define CPUPERIOD_SEL_160_MHZ 1u
#define RTC_CNTL_WDTCONFIG0 REG32(0x60008090u)
#define RTC_CNTL_WDTWPROTECT REG32(0x600080A8u)
#define RTC_CNTL_SWD_CONF REG32(0x600080ACu)
#define RTC_CNTL_SWD_WPROTECT REG32(0x600080B0u)
#define WDT_KEY 0x50D83AA1u
#define SWD_KEY 0x8F1D312Au
#define SWD_AUTO_FEED (1u << 31)

/* The bootloader starts the application at 80 MHz from the PLL, with a watchdog that guards it. */
void SystemInit(void) {
  RTC_CNTL_WDTWPROTECT = WDT_KEY;
  RTC_CNTL_WDTCONFIG0 = 0;
  RTC_CNTL_SWD_WPROTECT = SWD_KEY;
  RTC_CNTL_SWD_CONF |= SWD_AUTO_FEED;
  SYSTEM_CPU_PER_CONF |= CPUPERIOD_SEL_160_MHZ;
}
