/* The nRF5340's UARTE0, a byte a transfer by EasyDMA; TXD is P0.20 as on the development kit. */
#include "registers.h"
#include "uart.h"

#define UARTE0 0x50008000u
#define UARTE_TASKS_STARTTX REG32(UARTE0 + 0x008u)
#define UARTE_EVENTS_ENDTX REG32(UARTE0 + 0x120u)
#define UARTE_ENABLE REG32(UARTE0 + 0x500u)
#define UARTE_PSEL_TXD REG32(UARTE0 + 0x50Cu)
#define UARTE_BAUDRATE REG32(UARTE0 + 0x524u)
#define UARTE_TXD_PTR REG32(UARTE0 + 0x544u)
#define UARTE_TXD_MAXCNT REG32(UARTE0 + 0x548u)

#define ENABLE_ENABLED 8u
#define BAUDRATE_115200 0x01D60000u
#define TXD_PIN 20u

static volatile char sent;

void uart_init(void) {
  UARTE_PSEL_TXD = TXD_PIN;
  UARTE_BAUDRATE = BAUDRATE_115200;
  UARTE_ENABLE = ENABLE_ENABLED;
  UARTE_TXD_PTR = (uint32_t)&sent;
  UARTE_TXD_MAXCNT = 1;
}

void uart_putc(char character) {
  sent = character;
  UARTE_EVENTS_ENDTX = 0;
  UARTE_TASKS_STARTTX = 1;
  while (UARTE_EVENTS_ENDTX == 0) {
  }
}
