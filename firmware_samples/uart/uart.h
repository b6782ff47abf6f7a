/* The board's serial port, polled. */
#pragma once

void uart_init(void);
void uart_putc(char character);
