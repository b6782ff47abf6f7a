/* The least that switches tasks on a Cortex-M4: PendSV, a process stack each, taking turns. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef void (*task_function)(void);

/* Makes a task that will begin with `entry`, which must not return. */
void add_task(task_function entry, uint32_t *stack, size_t words);

/* Leaves main's stack for that of the first task, for good. */
__attribute__((noreturn)) void start_tasks(void);

/* The next task's turn. */
void yield(void);
