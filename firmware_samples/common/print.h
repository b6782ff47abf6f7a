/* A minimal formatted print over semihosting: no heap, no newlib stdio. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Conversions: %s %c %d %u %x, and %08x style zero padding for %u and %x. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

#ifdef __cplusplus
}
#endif
