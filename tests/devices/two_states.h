/* Code of both security states in one firmware: where it goes, calls between them, SAU's regions. */
#pragma once
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define SYNC() __asm volatile("dsb\n isb" ::: "memory")
#define NS_CODE __attribute__((section(".ns_text"), noinline))
#define ENTRY __attribute__((cmse_nonsecure_entry, noinline))
/* Of a gateway, which is far away. */
#define FAR __attribute__((long_call))
typedef uint32_t __attribute__((cmse_nonsecure_call)) ns_function(uint32_t);
#define CALL_NS(function, argument) (((ns_function *)((uint32_t)(function) & ~1u))(argument))

static inline void region(uint32_t number, uint32_t first, uint32_t last, uint32_t attribute) {
  R32(0xE000EDD8u) = number;
  R32(0xE000EDDCu) = first;
  R32(0xE000EDE0u) = (last & ~31u) | attribute | 1u;
}
