/* Text through ITM stimulus port 0, the usual SWO console. */
#pragma once

void itm_init(void);
void itm_putc(char character);
