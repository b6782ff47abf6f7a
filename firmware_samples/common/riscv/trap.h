/* Traps of a RISC-V hart; a sample that uses interrupts has a trap_handler of its own. */
#pragma once

#include <stdint.h>

#define CAUSE_INTERRUPT 0x80000000u

/* `cause` is mcause. What it leaves unsaved is what a C function does. */
void trap_handler(uint32_t cause);

static inline void enable_interrupts(void) {
  __asm volatile(".option push\n.option arch, +zicsr\ncsrsi mstatus, 8\n.option pop" ::: "memory");
}
static inline void wait_for_interrupt(void) { __asm volatile("wfi" ::: "memory"); }
