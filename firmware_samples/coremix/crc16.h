/* CRC-16/ARC (reflected 0xA001), bit by bit. */
#pragma once

#include <stdint.h>

uint16_t crc16(uint16_t crc, const uint8_t *data, int length);
uint16_t crc16_u32(uint16_t crc, uint32_t value);
