/* MD5 (RFC 1321), which esp-idf checks its partition table with. */
#include "rom.h"

#define BLOCK_BYTES 64u
#define LENGTH_AT 56u

/* As in esp-idf's esp_rom_md5.h. */
struct md5_context {
  uint32_t state[4];
  uint32_t bits[2];
  uint8_t block[BLOCK_BYTES];
};

/* Step i adds floor(2^32 * |sin(i + 1)|) (RFC 1321, 3.4). */
static const uint32_t SINES[64] = {
    0xD76AA478u, 0xE8C7B756u, 0x242070DBu, 0xC1BDCEEEu, 0xF57C0FAFu, 0x4787C62Au, 0xA8304613u,
    0xFD469501u, 0x698098D8u, 0x8B44F7AFu, 0xFFFF5BB1u, 0x895CD7BEu, 0x6B901122u, 0xFD987193u,
    0xA679438Eu, 0x49B40821u, 0xF61E2562u, 0xC040B340u, 0x265E5A51u, 0xE9B6C7AAu, 0xD62F105Du,
    0x02441453u, 0xD8A1E681u, 0xE7D3FBC8u, 0x21E1CDE6u, 0xC33707D6u, 0xF4D50D87u, 0x455A14EDu,
    0xA9E3E905u, 0xFCEFA3F8u, 0x676F02D9u, 0x8D2A4C8Au, 0xFFFA3942u, 0x8771F681u, 0x6D9D6122u,
    0xFDE5380Cu, 0xA4BEEA44u, 0x4BDECFA9u, 0xF6BB4B60u, 0xBEBFBC70u, 0x289B7EC6u, 0xEAA127FAu,
    0xD4EF3085u, 0x04881D05u, 0xD9D4D039u, 0xE6DB99E5u, 0x1FA27CF8u, 0xC4AC5665u, 0xF4292244u,
    0x432AFF97u, 0xAB9423A7u, 0xFC93A039u, 0x655B59C3u, 0x8F0CCC92u, 0xFFEFF47Du, 0x85845DD1u,
    0x6FA87E4Fu, 0xFE2CE6E0u, 0xA3014314u, 0x4E0811A1u, 0xF7537E82u, 0xBD3AF235u, 0x2AD7D2BBu,
    0xEB86D391u,
};
/* Rotations of the four rounds; each comes round after four steps. */
static const uint8_t ROTATIONS[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

static uint32_t rotated(uint32_t value, unsigned by) { return value << by | value >> (32 - by); }

static void add_block(struct md5_context *context) {
  uint32_t words[16];
  r_memcpy(words, context->block, BLOCK_BYTES);
  uint32_t a = context->state[0], b = context->state[1], c = context->state[2];
  uint32_t d = context->state[3];
  for (unsigned i = 0; i < 64; ++i) {
    uint32_t mixed;
    unsigned word;
    switch (i >> 4) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        mixed = (b & d) | (c & ~d);
        word = 5 * i + 1;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = 3 * i + 5;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = 7 * i;
        break;
    }
    const uint32_t sum = a + mixed + words[word & 15u] + SINES[i];
    a = d;
    d = c;
    c = b;
    b += rotated(sum, ROTATIONS[(i >> 4) * 4 + (i & 3u)]);
  }
  context->state[0] += a;
  context->state[1] += b;
  context->state[2] += c;
  context->state[3] += d;
}

void r_MD5Init(struct md5_context *context) {
  r_memset(context, 0, sizeof *context);
  context->state[0] = 0x67452301u;
  context->state[1] = 0xEFCDAB89u;
  context->state[2] = 0x98BADCFEu;
  context->state[3] = 0x10325476u;
}

void r_MD5Update(struct md5_context *context, const uint8_t *bytes, uint32_t size) {
  uint32_t used = context->bits[0] >> 3 & (BLOCK_BYTES - 1u);
  context->bits[0] += size << 3;
  context->bits[1] += (size >> 29) + (context->bits[0] < size << 3);
  for (; size > 0; --size) {
    context->block[used++] = *bytes++;
    if (used == BLOCK_BYTES) {
      add_block(context);
      used = 0;
    }
  }
}

void r_MD5Final(uint8_t digest[16], struct md5_context *context) {
  static const uint8_t end = 0x80, zero = 0;
  const uint32_t bits[2] = {context->bits[0], context->bits[1]};
  r_MD5Update(context, &end, 1);
  while ((context->bits[0] >> 3 & (BLOCK_BYTES - 1u)) != LENGTH_AT) {
    r_MD5Update(context, &zero, 1);
  }
  r_MD5Update(context, (const uint8_t *)bits, sizeof bits);
  r_memcpy(digest, context->state, sizeof context->state);
  r_memset(context, 0, sizeof *context);
}
