/* Vector table, the tables that firmware looks functions up in, and the first steps of both cores.
 *
 * The layout of the first 32 bytes, the codes of the table entries, the watchdog's magic number and
 * the words that launch core 1 are the interface that firmware relies on (RP2040 datasheet 2.8.1 to
 * 2.8.3). The code is mcusim's own.
 */
.syntax unified
.cpu cortex-m0plus
.thumb

.section .vectors, "ax"
.word 0x20041F00          /* below the place of the second stage */
.word _start
.word hang                /* NMI */
.word hang                /* HardFault */
.byte 'M', 'u', 1, 3      /* magic, layout version, ROM version */
.hword function_table
.hword data_table
.hword table_lookup + 1
.hword 0

/* void *table_lookup(uint16_t *table, uint32_t code): 0 where there is no entry. */
.thumb_func
.global table_lookup
table_lookup:
  ldrh r2, [r0]
  cmp r2, #0
  beq 2f
  cmp r2, r1
  beq 1f
  adds r0, #4
  b table_lookup
1:
  ldrh r0, [r0, #2]
  bx lr
2:
  movs r0, #0
  bx lr

.thumb_func
hang:
  wfi
  b hang

.macro entry a, b, place
  .byte \a, \b
  .hword \place
.endm

.balign 4
function_table:
  entry 'P', '3', popcount32 + 1
  entry 'R', '3', reverse32 + 1
  entry 'L', '3', clz32 + 1
  entry 'T', '3', ctz32 + 1
  entry 'M', 'S', rom_memset + 1
  entry 'S', '4', rom_memset4 + 1
  entry 'M', 'C', rom_memcpy + 1
  entry 'C', '4', rom_memcpy44 + 1
  entry 'U', 'B', reset_usb_boot + 1
  entry 'D', 'T', debug_trampoline + 1
  entry 'D', 'E', debug_trampoline_end + 1
  entry 'W', 'V', wait_for_vector + 1
  entry 'I', 'F', connect_internal_flash + 1
  entry 'E', 'X', flash_exit_xip + 1
  entry 'R', 'E', flash_range_erase + 1
  entry 'R', 'P', flash_range_program + 1
  entry 'F', 'C', flash_flush_cache + 1
  entry 'C', 'X', flash_enter_cmd_xip + 1
  .hword 0

data_table:
  entry 'G', 'R', git_revision
  entry 'C', 'R', copyright
  entry 'S', 'F', soft_float_table
  entry 'S', 'D', soft_double_table
  entry 'F', 'Z', soft_float_table_size
  entry 'F', 'S', __float_start
  entry 'F', 'E', __float_end
  entry 'D', 'S', __double_start
  entry 'D', 'E', __double_end
  .hword 0

.balign 4
git_revision:
  .word 0                 /* of a ROM that no silicon has */
copyright:
  .asciz "mcusim: a replacement of the RP2040 boot ROM's public functions"

.text
.thumb_func
.global debug_trampoline
debug_trampoline:
  blx r7
.thumb_func
.global debug_trampoline_end
debug_trampoline_end:
  bkpt #0

/* Both cores begin here, with one stack between them: core 1 uses none. */
.thumb_func
.global _start
_start:
  ldr r0, =0xD0000000     /* SIO.CPUID */
  ldr r0, [r0]
  cmp r0, #0
  bne wait_for_vector
  /* Watchdog boot (datasheet 2.8.1.1): SCRATCH4 to 7 are magic, entry ^ -magic, stack, entry. */
  ldr r4, =0x4005801C
  ldm r4!, {r0, r1, r2, r3}
  ldr r5, =0xB007C0D3
  cmp r0, r5
  bne 1f
  rsbs r5, r5, #0
  eors r5, r3
  cmp r1, r5
  bne 1f
  subs r4, #16
  movs r0, #0
  str r0, [r4]            /* only this once */
  msr msp, r2
  blx r3
1:
  bl boot_from_flash
  b hang

/* Runs the second stage at r0, which goes on to the firmware as its return address is 0. */
.thumb_func
.global enter_second_stage
enter_second_stage:
  movs r1, #0
  mov lr, r1
  bx r0

.include "../launch_core1.inc"
.ltorg
