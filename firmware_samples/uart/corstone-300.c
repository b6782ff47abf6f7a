/* The AN547's UART0, a CMSDK APB UART with a clock of 25 MHz. */
#include "registers.h"
#include "uart.h"

#define UART0 0x59303000u
#define UART_DATA REG32(UART0 + 0x00u)
#define UART_STATE REG32(UART0 + 0x04u)
#define UART_CTRL REG32(UART0 + 0x08u)
#define UART_BAUDDIV REG32(UART0 + 0x10u)
#define STATE_TX_FULL (1u << 0)
#define CTRL_TX_ENABLE (1u << 0)

/* 25 MHz / 115200 */
#define BAUD_115200 217u

void uart_init(void) {
  UART_BAUDDIV = BAUD_115200;
  UART_CTRL = CTRL_TX_ENABLE;
}

void uart_putc(char character) {
  while ((UART_STATE & STATE_TX_FULL) != 0) {
  }
  UART_DATA = (uint8_t)character;
}
