/* The nRF52840's legacy UART (no EasyDMA); TXD is P0.06 as on the development kit. */
#include "registers.h"
#include "uart.h"

#define UART0 0x40002000u
#define UART_TASKS_STARTTX REG32(UART0 + 0x008u)
#define UART_EVENTS_TXDRDY REG32(UART0 + 0x11Cu)
#define UART_ENABLE REG32(UART0 + 0x500u)
#define UART_PSEL_TXD REG32(UART0 + 0x50Cu)
#define UART_TXD REG32(UART0 + 0x51Cu)
#define UART_BAUDRATE REG32(UART0 + 0x524u)

#define ENABLE_ENABLED 4u
#define BAUDRATE_115200 0x01D7E000u
#define TXD_PIN 6u

void uart_init(void) {
  UART_PSEL_TXD = TXD_PIN;
  UART_BAUDRATE = BAUDRATE_115200;
  UART_ENABLE = ENABLE_ENABLED;
  UART_TASKS_STARTTX = 1;
}

void uart_putc(char character) {
  UART_EVENTS_TXDRDY = 0;
  UART_TXD = (uint8_t)character;
  while (UART_EVENTS_TXDRDY == 0) {
  }
}
