/* Prints through the board's UART and through the ITM. */
#include "uart.h"

#include "itm.h"

static void put_all(void (*putc)(char), const char *text) {
  while (*text != '\0') {
    putc(*text++);
  }
}

int main(void) {
  uart_init();
  put_all(uart_putc, "hello from the UART\n");
  itm_init();
  put_all(itm_putc, "hello from the ITM\n");
  return 0;
}
