/* The second stage of the RP2040's boot: 256 bytes that the boot ROM copies to RAM and runs.
 *
 * Sets the flash up for quad reads that need no command (W25Q16JV: EBh with mode bits A0h), at half
 * the core's clock, and starts the firmware at its vector table. Its quad-enable bit is taken as set,
 * as the chip is delivered.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.section .stage2, "ax"

  ldr r3, ssi
  movs r0, #0
  str r0, [r3, #0x08]     /* SSIENR: off while it is set up */
  movs r0, #2
  str r0, [r3, #0x14]     /* BAUDR */
  movs r0, #1
  movs r1, #0xF0
  str r0, [r3, r1]        /* RX_SAMPLE_DLY: one cycle later */
  ldr r0, control
  str r0, [r3, #0x00]     /* CTRLR0 */
  movs r0, #0
  str r0, [r3, #0x04]     /* CTRLR1: one frame */
  movs r1, #0xF4
  ldr r0, read_with_command
  str r0, [r3, r1]        /* SPI_CTRLR0 */
  movs r0, #1
  str r0, [r3, #0x08]
  movs r0, #0xEB
  str r0, [r3, #0x60]     /* DR0: the command, and mode bits that leave it out from now on */
  movs r0, #0xA0
  str r0, [r3, #0x60]
1:
  ldr r0, [r3, #0x28]     /* SR: until all has left, and nothing is under way */
  movs r1, #5
  ands r0, r1
  cmp r0, #4
  bne 1b
  movs r0, #0
  str r0, [r3, #0x08]
  movs r1, #0xF4
  ldr r0, read_without
  str r0, [r3, r1]
  movs r0, #1
  str r0, [r3, #0x08]

  ldr r0, vectors
  ldr r1, vtor
  str r0, [r1]
  ldm r0!, {r1, r2}
  msr msp, r1
  bx r2

.balign 4
ssi: .word 0x18000000
control: .word 0x005F0300           /* quad, 32-bit frames, send then receive */
read_with_command: .word 0x00002221 /* 8-bit command on one line; address and mode on four; 4 waits */
read_without: .word 0xA0002022      /* mode bits A0h behind the address, all on four lines */
vectors: .word 0x10000100
vtor: .word 0xE000ED08

/* CRC-32 of the 252 bytes before it (polynomial 04C11DB7, most significant bit first, not inverted):
 * the boot ROM stops at another. */
.org 252
.word 0x7F7D6BCE
