/* The Cortex-M7's level-1 caches. */
#pragma once

/* Invalidates both caches, whatever their size, and switches them on. Nothing is cached before, so
 * that it may come before .data and .bss are valid. */
void caches_enable(void);
