/* What the Secure image offers to Non-secure code. */
#pragma once
#include <stdint.h>

/* A checksum of `length` bytes that depends on a key which Non-secure code can't read; 0 when the
 * bytes are not all Non-secure. */
uint32_t seal(const uint8_t *data, uint32_t length);

/* How many checksums were made. */
uint32_t sealed(void);
