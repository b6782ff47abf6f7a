/* CRC-16 of pseudo-random bytes: shifts, logic and data-dependent branches. */
#include "crc16.h"
#include "parts.h"

#define LENGTH 80

uint32_t crc_part(uint32_t seed) {
  uint8_t bytes[LENGTH];
  for (int i = 0; i < LENGTH; ++i) {
    bytes[i] = (uint8_t)next_random(&seed);
  }
  return crc16(0, bytes, LENGTH);
}
