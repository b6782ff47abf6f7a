/* CRCs over bytes; as in esp-idf, a sum is inverted before and after, so that calls can follow. */
#include "rom.h"

static uint32_t reflected(uint32_t sum, const uint8_t *bytes, uint32_t size, uint32_t polynomial,
                          uint32_t mask) {
  sum = ~sum & mask;
  for (; size > 0; --size) {
    sum ^= *bytes++;
    for (int bit = 0; bit < 8; ++bit) {
      sum = sum >> 1 ^ (polynomial & -(sum & 1u));
    }
  }
  return ~sum & mask;
}

static uint32_t straight(uint32_t sum, const uint8_t *bytes, uint32_t size, uint32_t polynomial,
                         unsigned width) {
  uint32_t shifted = ~sum << (32 - width);
  for (; size > 0; --size) {
    shifted ^= (uint32_t)*bytes++ << 24;
    for (int bit = 0; bit < 8; ++bit) {
      shifted = shifted << 1 ^ (polynomial << (32 - width) & -(shifted >> 31));
    }
  }
  return ~(shifted >> (32 - width)) & (0xFFFFFFFFu >> (32 - width));
}

uint32_t r_crc32_le(uint32_t sum, const uint8_t *bytes, uint32_t size) {
  return reflected(sum, bytes, size, 0xEDB88320u, 0xFFFFFFFFu);
}
uint16_t r_crc16_le(uint16_t sum, const uint8_t *bytes, uint32_t size) {
  return (uint16_t)reflected(sum, bytes, size, 0x8408u, 0xFFFFu);
}
uint8_t r_crc8_le(uint8_t sum, const uint8_t *bytes, uint32_t size) {
  return (uint8_t)reflected(sum, bytes, size, 0xE0u, 0xFFu);
}
uint32_t r_crc32_be(uint32_t sum, const uint8_t *bytes, uint32_t size) {
  return straight(sum, bytes, size, 0x04C11DB7u, 32);
}
uint16_t r_crc16_be(uint16_t sum, const uint8_t *bytes, uint32_t size) {
  return (uint16_t)straight(sum, bytes, size, 0x1021u, 16);
}
uint8_t r_crc8_be(uint8_t sum, const uint8_t *bytes, uint32_t size) {
  return (uint8_t)straight(sum, bytes, size, 0x07u, 8);
}

/* Of the MAC address in the eFuses: Dallas, without inversions. */
uint8_t r_esp_crc8(const uint8_t *bytes, uint32_t size) {
  uint32_t sum = 0;
  for (; size > 0; --size) {
    sum ^= *bytes++;
    for (int bit = 0; bit < 8; ++bit) {
      sum = sum >> 1 ^ (0x8Cu & -(sum & 1u));
    }
  }
  return (uint8_t)sum;
}

uint32_t r_mz_crc32(uint32_t sum, const uint8_t *bytes, uint32_t size) {
  return bytes == NULL ? 0 : r_crc32_le(sum, bytes, size);
}
uint32_t r_mz_adler32(uint32_t sum, const uint8_t *bytes, uint32_t size) {
  uint32_t low = sum & 0xFFFFu, high = sum >> 16;
  if (bytes == NULL) {
    return 1;
  }
  for (; size > 0; --size) {
    low = (low + *bytes++) % 65521u;
    high = (high + low) % 65521u;
  }
  return high << 16 | low;
}
