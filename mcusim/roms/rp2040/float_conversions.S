/* Single precision: conversions from and to whole and fixed-point numbers, and to double. What
 * becomes whole goes towards minus infinity, and to the nearest number that fits.
 *
 * Where the chip takes longer, `wait` makes up for it: firmware shall find the chip's times.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

/* Takes r0 apart: its exponent to r2, and its mantissa to the top of r0; r3 is changed. Zeros go to
 * the label. */
.macro unpack zero
  lsls r2, r0, #1
  lsrs r2, r2, #24
  beq \zero
  lsls r0, r0, #8
  movs r3, #1
  lsls r3, r3, #31
  orrs r0, r3
.endm

.thumb_func
.global float2int
float2int:
  movs r1, #0
.thumb_func
.global float2fix
float2fix:
  wait 10
  push {r4, lr}
  asrs r4, r0, #31
  unpack 3f
  cmp r2, #255
  beq 2f
  subs r2, #158
  adds r2, r2, r1
  bpl 2f
  rsbs r2, r2, #0         /* places to the right: 1 to many */
  cmp r2, #255
  bhi 4f
  cmp r4, #0
  bmi 1f
  lsrs r0, r2
  pop {r4, pc}
1:
  subs r0, #1             /* -ceiling(m / 2^n) = ~floor((m - 1) / 2^n) */
  lsrs r0, r2
  mvns r0, r0
  pop {r4, pc}
2:
  movs r0, #1             /* the limit: 2^31 - 1 or -2^31 */
  lsls r0, r0, #31
  subs r0, #1
  eors r0, r4
  pop {r4, pc}
3:
  movs r4, #0
4:
  movs r0, r4
  pop {r4, pc}

.thumb_func
.global float2uint
float2uint:
  movs r1, #0
.thumb_func
.global float2ufix
float2ufix:
  wait 10
  push {r4, lr}
  cmp r0, #0
  bmi 2f
  unpack 2f
  cmp r2, #255
  beq 1f
  subs r2, #158
  adds r2, r2, r1
  bgt 1f
  rsbs r2, r2, #0
  cmp r2, #255
  bhi 2f
  lsrs r0, r2
  pop {r4, pc}
1:
  movs r0, #0
  mvns r0, r0
  pop {r4, pc}
2:
  movs r0, #0
  pop {r4, pc}

.thumb_func
.global float2int64
float2int64:
  movs r1, #0
.thumb_func
.global float2fix64
float2fix64:
  wait 18
  push {r4, lr}
  asrs r4, r0, #31
  unpack 4f
  cmp r2, #255
  beq 3f
  adds r2, r2, r1
  subs r2, #158           /* places to the left */
  cmp r2, #31
  bgt 3f
  movs r1, r2
  ble 2f
  movs r1, r0             /* whole, as all of the mantissa is before the point */
  movs r3, #32
  subs r3, r3, r2
  lsls r0, r2
  lsrs r1, r3
  eors r0, r4
  eors r1, r4
  subs r0, r0, r4
  sbcs r1, r4
  pop {r4, pc}
2:
  rsbs r2, r2, #0
  movs r1, r4
  cmp r2, #255
  bhi 5f
  adds r0, r0, r4         /* one less, if it is negative: as above */
  lsrs r0, r2
  eors r0, r4
  pop {r4, pc}
3:
  movs r1, #1
  lsls r1, r1, #31
  subs r1, #1
  movs r0, #0
  mvns r0, r0
  eors r0, r4
  eors r1, r4
  pop {r4, pc}
4:
  movs r4, #0
  movs r1, #0
5:
  movs r0, r4
  pop {r4, pc}

.thumb_func
.global float2uint64
float2uint64:
  movs r1, #0
.thumb_func
.global float2ufix64
float2ufix64:
  push {r4, lr}
  cmp r0, #0
  bmi 3f
  unpack 3f
  cmp r2, #255
  beq 2f
  adds r2, r2, r1
  subs r2, #158
  cmp r2, #32
  bgt 2f
  cmp r2, #0
  ble 1f
  movs r1, r0
  movs r3, #32
  subs r3, r3, r2
  lsls r0, r2
  lsrs r1, r3
  pop {r4, pc}
1:
  rsbs r2, r2, #0
  movs r1, #0
  cmp r2, #255
  bhi 3f
  lsrs r0, r2
  pop {r4, pc}
2:
  movs r0, #0
  mvns r0, r0
  movs r1, r0
  pop {r4, pc}
3:
  movs r0, #0
  movs r1, #0
  pop {r4, pc}

.thumb_func
.global int2float
int2float:
  movs r1, #0
.thumb_func
.global fix2float
fix2float:
  wait 10
  push {r4, lr}
  lsrs r2, r0, #31
  lsls r2, r2, #31
  bpl 1f
  rsbs r0, r0, #0
  b 1f
.thumb_func
.global uint2float
uint2float:
  movs r1, #0
.thumb_func
.global ufix2float
ufix2float:
  wait 13
  push {r4, lr}
  movs r2, #0
1:
  movs r3, #158
  subs r1, r3, r1
/* Sign in r2, a mantissa in r0 to be normalised, and the exponent that its highest bit has in r1. */
normalise:
  lsrs r3, r0, #16
  bne 1f
  lsls r0, r0, #16
  beq whole_zero
  subs r1, #16
1:
  lsrs r3, r0, #24
  bne 2f
  lsls r0, r0, #8
  subs r1, #8
2:
  lsrs r3, r0, #28
  bne 3f
  lsls r0, r0, #4
  subs r1, #4
3:
  lsls r0, r0, #1         /* the first one is left out */
  bcs 5f
4:
  subs r1, #1
  lsls r0, r0, #1
  bcc 4b
5:
  subs r3, r1, #1
  cmp r3, #253
  bhi exponent_out_of_range
  lsls r1, r1, #23
  orrs r1, r2
  lsrs r2, r0, #9
  bcc 7f
  lsls r0, r0, #24
  bne 6f
  movs r0, #1             /* a tie: to the even one */
  ands r0, r2
  adds r0, r0, r1
  adds r0, r0, r2
  pop {r4, pc}
6:
  adds r1, #1
7:
  adds r0, r1, r2
  pop {r4, pc}
exponent_out_of_range:
  movs r0, r2
  cmp r1, #0
  ble 1f
  movs r1, #255
  lsls r1, r1, #23
  orrs r0, r1
1:
  pop {r4, pc}
whole_zero:
  movs r0, #0
  pop {r4, pc}

.thumb_func
.global int642float
int642float:
  movs r2, #0
.thumb_func
.global fix642float
fix642float:
  push {r4, lr}
  movs r4, r2
  lsrs r2, r1, #31
  lsls r2, r2, #31
  bpl 1f
  mvns r1, r1
  rsbs r0, r0, #0
  bne 1f
  adds r1, #1
  b 1f
.thumb_func
.global uint642float
uint642float:
  movs r2, #0
.thumb_func
.global ufix642float
ufix642float:
  push {r4, lr}
  movs r4, r2
  movs r2, #0
1:
  /* A word with the first one near its top, and at its end whether more follows. */
  movs r3, #190
  subs r4, r3, r4
  cmp r1, #0
  beq 5f
2:
  lsrs r3, r1, #28        /* 28 bits are enough to round */
  bne 3f
  lsrs r3, r0, #28
  lsls r1, r1, #4
  lsls r0, r0, #4
  orrs r1, r3
  subs r4, #4
  b 2b
3:
  cmp r0, #0
  beq 4f
  movs r3, #1
  orrs r1, r3
4:
  movs r0, r1
  movs r1, r4
  b normalise
5:
  subs r4, #32
  movs r1, r4
  b normalise

.thumb_func
.global float2double
float2double:
  lsls r2, r0, #1
  lsrs r3, r2, #24
  subs r3, #1
  cmp r3, #253
  bhi 1f
  lsrs r1, r2, #4         /* exponent and fraction in their places of the upper word */
  movs r3, #7
  lsls r3, r3, #27
  adds r1, r1, r3         /* the exponent 1023 - 127 = 7 * 128 more */
  lsrs r3, r0, #31
  lsls r3, r3, #31
  orrs r1, r3
  lsls r0, r0, #29
  bx lr
1:
  lsrs r1, r0, #31
  lsls r1, r1, #31
  movs r0, #0
  adds r3, #1
  beq 2f
  ldr r3, =0x7FF00000
  orrs r1, r3
2:
  bx lr
.ltorg
