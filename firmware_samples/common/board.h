/* What each board's source in common/board provides. */
#pragma once

/* Sets up the flash interface; called before .data and .bss are valid. */
void SystemInit(void);
