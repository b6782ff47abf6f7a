/* Double precision: conversions from and to whole and fixed-point numbers, and to single. What
 * becomes whole goes towards minus infinity, and to the nearest number that fits.
 *
 * As in single precision, `wait` makes up for what the chip takes longer.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

/* The exponent less 1023 to r3; zeros go to the label, and what is infinite to the other. */
.macro unbiased zero, infinite
  lsls r3, r1, #1
  lsrs r3, r3, #21
  beq \zero
  adds r5, r3, #1
  lsrs r5, r5, #11
  bne \infinite
  ldr r5, =1023
  subs r3, r3, r5
.endm

/* The mantissa to the top of r1:r0. */
.macro mantissa
  lsls r1, r1, #11
  lsrs r5, r0, #21
  orrs r1, r5
  lsls r0, r0, #11
  movs r5, #1
  lsls r5, r5, #31
  orrs r1, r5
.endm

.thumb_func
.global double2int
double2int:
  movs r2, #0
.thumb_func
.global double2fix
double2fix:
  push {r4, r5, lr}
  wait 32
  asrs r4, r1, #31
  unbiased 3f, 2f
  adds r3, r3, r2
  subs r3, #31
  bpl 2f
  rsbs r3, r3, #0         /* places to the right */
  mantissa
  adds r0, r0, r4         /* one less if it is negative: -ceiling(x) = ~floor(x - 1) */
  movs r5, #0
  adcs r5, r5
  adds r1, r1, r4
  adds r1, r1, r5
  cmp r3, #32
  bge 1f
  lsrs r1, r3
  eors r1, r4
  movs r0, r1
  pop {r4, r5, pc}
1:
  movs r0, r4
  pop {r4, r5, pc}
2:
  movs r0, #1             /* the limit: 2^31 - 1 or -2^31 */
  lsls r0, r0, #31
  subs r0, #1
  eors r0, r4
  pop {r4, r5, pc}
3:
  movs r0, #0
  pop {r4, r5, pc}

.thumb_func
.global double2uint
double2uint:
  movs r2, #0
.thumb_func
.global double2ufix
double2ufix:
  push {r4, r5, lr}
  wait 24
  cmp r1, #0
  blt 2f
  unbiased 2f, 1f
  adds r3, r3, r2
  subs r3, #31
  bgt 1f
  rsbs r3, r3, #0
  mantissa
  movs r0, #0
  cmp r3, #32
  bge 2f
  lsrs r1, r3
  movs r0, r1
  pop {r4, r5, pc}
1:
  movs r0, #0
  mvns r0, r0
  pop {r4, r5, pc}
2:
  movs r0, #0
  pop {r4, r5, pc}

/* r1:r0 >>= r3, of up to 31 places; more go to the label. */
.macro shift_right far
  movs r2, #32
  subs r2, r2, r3
  ble \far
  lsrs r0, r3
  movs r5, r1
  lsls r5, r2
  orrs r0, r5
  lsrs r1, r3
.endm

.thumb_func
.global double2int64
double2int64:
  movs r2, #0
.thumb_func
.global double2fix64
double2fix64:
  push {r4, r5, lr}
  wait 12
  asrs r4, r1, #31
  unbiased 4f, 3f
  adds r3, r3, r2
  subs r3, #63
  bpl 3f
  rsbs r3, r3, #0
  mantissa
  adds r0, r0, r4
  movs r5, #0
  adcs r5, r5
  adds r1, r1, r4
  adds r1, r1, r5
  shift_right 2f
1:
  eors r0, r4
  eors r1, r4
  pop {r4, r5, pc}
2:
  movs r0, r1
  movs r1, #0
  subs r3, #32
  cmp r3, #32
  bge 5f
  lsrs r0, r3
  b 1b
5:
  movs r0, #0
  b 1b
3:
  movs r1, #1
  lsls r1, r1, #31
  subs r1, #1
  movs r0, #0
  mvns r0, r0
  b 1b
4:
  movs r0, #0
  movs r1, #0
  pop {r4, r5, pc}

.thumb_func
.global double2uint64
double2uint64:
  movs r2, #0
.thumb_func
.global double2ufix64
double2ufix64:
  push {r4, r5, lr}
  cmp r1, #0
  blt 4f
  unbiased 4f, 3f
  adds r3, r3, r2
  subs r3, #63
  bgt 3f
  rsbs r3, r3, #0
  mantissa
  shift_right 2f
  pop {r4, r5, pc}
2:
  movs r0, r1
  movs r1, #0
  subs r3, #32
  cmp r3, #32
  bge 5f
  lsrs r0, r3
  pop {r4, r5, pc}
3:
  movs r0, #0
  mvns r0, r0
  movs r1, r0
  pop {r4, r5, pc}
4:
  movs r1, #0
5:
  movs r0, #0
  pop {r4, r5, pc}
.ltorg

.thumb_func
.global int2double
int2double:
  movs r1, #0
.thumb_func
.global fix2double
fix2double:
  push {r4, r5, r6, r7, lr}
  movs r4, r1
  lsrs r2, r0, #31
  beq 1f
  rsbs r0, r0, #0
  b 1f
.thumb_func
.global uint2double
uint2double:
  movs r1, #0
.thumb_func
.global ufix2double
ufix2double:
  push {r4, r5, r6, r7, lr}
  movs r4, r1
  movs r2, #0
1:
  lsls r2, r2, #11
  mov lr, r2
  movs r1, r0
  movs r0, #0
  ldr r3, =1054
  b 6f

.thumb_func
.global int642double
int642double:
  movs r2, #0
.thumb_func
.global fix642double
fix642double:
  push {r4, r5, r6, r7, lr}
  movs r4, r2
  lsrs r2, r1, #31
  lsls r2, r2, #11
  mov lr, r2
  cmp r1, #0
  bge 5f
  mvns r1, r1
  rsbs r0, r0, #0
  bne 5f
  adds r1, #1
  b 5f
.thumb_func
.global uint642double
uint642double:
  movs r2, #0
.thumb_func
.global ufix642double
ufix642double:
  push {r4, r5, r6, r7, lr}
  movs r4, r2
  movs r2, #0
  mov lr, r2
5:
  ldr r3, =1086
/* r1:r0 is normalised; the exponent is r3 less r4 when its first bit is at the top. */
6:
  subs r3, r3, r4
  cmp r1, #0
  bmi 10f
  beq 11f
7:
  lsrs r2, r1, #16
  bne 8f
  subs r3, #16
  lsls r1, r1, #16
  lsrs r2, r0, #16
  orrs r1, r2
  lsls r0, r0, #16
8:
  lsrs r2, r1, #24
  bne 9f
  subs r3, #8
  lsls r1, r1, #8
  lsrs r2, r0, #24
  orrs r1, r2
  lsls r0, r0, #8
9:
  cmp r1, #0
  bmi 10f
  subs r3, #1
  adds r0, r0, r0
  adcs r1, r1
  b 9b
10:
  lsls r5, r0, #21
  lsrs r0, r0, #11
  lsls r2, r1, #21
  orrs r0, r2
  lsrs r1, r1, #11
  ldr r2, =pack_in_range + 1
  bx r2
11:
  movs r1, r0
  beq 12f
  movs r0, #0
  subs r3, #32
  b 7b
12:
  movs r0, #0
  pop {r4, r5, r6, r7, pc}

.thumb_func
.global double2float
double2float:
  lsls r3, r1, #1
  lsrs r3, r3, #21
  movs r2, #7
  lsls r2, r2, #7
  subs r3, r3, r2         /* the exponent, 1023 - 127 less */
  ble 3f
  cmp r3, #255
  bge 4f
  lsrs r2, r1, #31
  lsls r2, r2, #8
  orrs r3, r2
  lsls r3, r3, #23
  lsls r1, r1, #12
  lsrs r2, r0, #20
  orrs r1, r2
  lsrs r2, r1, #9
  bcc 2f
  lsls r1, r1, #24
  lsls r0, r0, #12
  orrs r0, r1
  bne 1f
  lsrs r1, r2, #1         /* a tie: to the even one */
  bcc 2f
1:
  adds r3, #1
2:
  adds r0, r2, r3
  bx lr
3:
  lsrs r0, r1, #31
  lsls r0, r0, #31
  bx lr
4:
  lsrs r0, r1, #31
  lsls r0, r0, #8
  adds r0, #255
  lsls r0, r0, #23
  bx lr
