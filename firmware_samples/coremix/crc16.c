#include "crc16.h"

uint16_t crc16(uint16_t crc, const uint8_t *data, int length) {
  uint32_t remainder = crc;
  for (int i = 0; i < length; ++i) {
    remainder ^= data[i];
    for (int bit = 0; bit < 8; ++bit) {
      uint32_t carry = remainder & 1u;
      remainder >>= 1;
      if (carry != 0) {
        remainder ^= 0xA001u;
      }
    }
  }
  return (uint16_t)remainder;
}

uint16_t crc16_u32(uint16_t crc, uint32_t value) {
  const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24)};
  return crc16(crc, bytes, 4);
}
