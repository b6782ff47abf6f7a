/* Region markers for firmware.
 *
 * A marker is one 32-bit write to ITM stimulus port 31 (0xE000007C):
 *
 *   bit 31 set    a region begins, bits 30..0 are its id
 *   bit 31 clear  the region with this id ends
 *
 * The write is harmless on silicon: nobody reads that port, and while the ITM or the port is
 * disabled the write is ignored. So firmware may keep its markers in release builds; each costs a
 * few cycles.
 */
#pragma once

#include <stdint.h>

#define MCUSIM_MARKER_PORT (*(volatile uint32_t *)0xE000007Cu)

#define MCUSIM_BEGIN(id) ((void)(MCUSIM_MARKER_PORT = 0x80000000u | (uint32_t)(id)))
#define MCUSIM_END(id) ((void)(MCUSIM_MARKER_PORT = 0x7FFFFFFFu & (uint32_t)(id)))
