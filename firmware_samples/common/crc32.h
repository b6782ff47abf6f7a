/* CRC-32 as in zlib (reflected 0xEDB88320). Start with 0; pass a result to continue it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(uint32_t crc, const void *data, size_t length);
