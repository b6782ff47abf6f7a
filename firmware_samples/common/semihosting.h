/* Arm semihosting: the debugger or simulator serves `bkpt 0xAB` (operation in r0, parameter in r1).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void semihosting_write0(const char *text);
void semihosting_writec(char character);

/* Centiseconds since the start of execution. */
uint32_t semihosting_clock(void);

/* Ticks since the start of execution, and how many make a second (-1 when unknown). */
uint64_t semihosting_elapsed(void);
int32_t semihosting_tickfreq(void);

__attribute__((noreturn)) void semihosting_exit(int status);

#ifdef __cplusplus
}
#endif
