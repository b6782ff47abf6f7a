#include "board.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40022000u)
#define FLASH_ACR_LATENCY_5WS 5u
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)

/* The flash settings for the full 120 MHz clock. RCC and PWR are not touched, let alone polled:
 * the simulator does not model the clock tree yet, so the clock in its board file applies. On a
 * real board this firmware stays at the 4 MHz MSI reset clock, where 5 wait states are safe. */
void SystemInit(void) {
  FLASH_ACR = FLASH_ACR_LATENCY_5WS | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
}
