/* What the ROM's parts know of each other. Services have the prefix r_, which the table drops. */
#pragma once

#include "registers.h"

/* Core cycles in a microsecond, as the application last said. */
extern uint32_t ticks_per_us;

void r_ets_install_uart_printf(void);
void r_srand(unsigned value);
void r_Cache_Set_IDROM_MMU_Size(uint32_t irom, uint32_t drom);
int r_uart_tx_one_char(uint8_t character);
void *r_memcpy(void *target, const void *source, size_t size);
void *r_memset(void *target, int value, size_t size);
