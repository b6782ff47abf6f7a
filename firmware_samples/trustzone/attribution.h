/* Makes the Non-secure image's memory Non-secure, and the gateways callable. */
#pragma once
#include <stdint.h>

void give_away(void);

/* Of the linker script. */
extern const uint32_t __nonsecure_start[], __nonsecure_end[];
extern const uint32_t __nonsecure_ram_start[], __nonsecure_ram_end[];
extern const uint32_t __gateway_start[], __gateway_end[];
