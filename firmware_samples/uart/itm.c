#include "itm.h"

#include "registers.h"

#ifdef __ARM_ARCH_6M__

/* Armv6-M has no ITM. */
void itm_init(void) {}
void itm_putc(char character) { (void)character; }

#else

/* Usually the debugger does this; without one the firmware must. */
void itm_init(void) {
  COREDEBUG_DEMCR |= DEMCR_TRCENA;
  ITM_LAR = ITM_LAR_UNLOCK;
  ITM_TCR = ITM_TCR_ITMENA | ITM_TCR_SWOENA;
  ITM_TER = 1u << 0;
}

/* As CMSIS's ITM_SendChar: drops the character when the ITM or the port is disabled. */
void itm_putc(char character) {
  if ((ITM_TCR & ITM_TCR_ITMENA) == 0 || (ITM_TER & 1u) == 0) {
    return;
  }
  while (ITM_PORT(0) == 0) { /* the FIFO is full */
  }
  ITM_PORT_U8(0) = (uint8_t)character;
}

#endif
