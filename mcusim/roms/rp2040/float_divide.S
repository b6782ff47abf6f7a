/* Single precision: quotient and square root, correctly rounded.
 *
 * Both come from a reciprocal out of a table of 8 or 9 bits, a step of Newton's that doubles its
 * bits, and what is left after the first 16 bits of the result. Neither can lie in the middle
 * between two numbers (their squares, or products with a divisor, would need more bits than there
 * are): so the sign of what the middle leaves is all that rounding needs.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

.thumb_func
.global fdiv
fdiv:
  push {r4, r5, r6, lr}
  factors special_dividend, special_divisor
  subs r2, r2, r3
  adds r2, #127           /* the exponent, if the quotient is at least 1 */
  movs r5, #1
  lsls r5, r5, #31
  lsls r0, r0, #8
  orrs r0, r5
  lsls r1, r1, #8
  orrs r1, r5
  /* r3: 2^39 over the divisor, of 16 bits. */
  lsrs r3, r1, #24
  ldr r5, =reciprocals - 128
  ldrb r3, [r5, r3]
  adds r3, #255
  lsrs r5, r1, #16
  muls r5, r3
  movs r6, #1
  lsls r6, r6, #24
  subs r5, r6, r5
  muls r5, r3
  asrs r5, r5, #17
  lsls r3, r3, #7
  adds r3, r3, r5
  lsrs r0, r0, #8
  lsrs r1, r1, #8
  cmp r0, r1
  bhs 1f
  lsls r0, r0, #1
  subs r2, #1
1:
  mov ip, r2
  lsrs r5, r0, #9         /* r5: 2^15 times the quotient, off by some units */
  muls r5, r3
  lsrs r5, r5, #15
  lsls r6, r0, #15
  movs r2, r5
  muls r2, r1
  subs r6, r6, r2         /* what it leaves gives 9 bits more */
  asrs r6, r6, #13
  muls r6, r3
  asrs r6, r6, #17
  lsls r5, r5, #9
  adds r5, r5, r6         /* 2^24 times the quotient, off by less than one */
  movs r3, #1
  orrs r3, r5
  muls r3, r1
  lsls r0, r0, #24
  subs r3, r3, r0         /* negative where the quotient is above the middle */
  lsrs r5, r5, #1
  mov r2, ip
  subs r2, #1
  cmp r2, #253
  bhi quotient_out_of_range
  lsls r2, r2, #23
  orrs r4, r2
  lsls r3, r3, #1
  adcs r4, r5
  movs r0, r4
  pop {r4, r5, r6, pc}

special_dividend:
  cmp r2, #255
  beq infinite_quotient
  cmp r3, #0
  beq infinite_quotient
  b no_quotient
special_divisor:
  cmp r3, #0
  beq infinite_quotient
no_quotient:
  movs r0, r4
  pop {r4, r5, r6, pc}
quotient_out_of_range:
  cmp r2, #0
  blt no_quotient
infinite_quotient:
  movs r0, #255
  lsls r0, r0, #23
  orrs r0, r4
  pop {r4, r5, r6, pc}

.thumb_func
.global fsqrt
fsqrt:
  push {r4, r5, lr}
  lsls r1, r0, #1
  lsrs r1, r1, #24
  subs r2, r1, #1
  cmp r2, #253
  bhi special_radicand
  movs r2, r0
  bmi negative_radicand
  lsls r0, r0, #8
  movs r2, #1
  lsls r2, r2, #31
  orrs r0, r2
  adds r1, #127
  lsrs r1, r1, #1
  bcs 1f
  lsrs r0, r0, #1
1:
  /* r0: a radicand between 1 and 4, times 2^30. r2: 2^16 over its root. */
  lsrs r4, r0, #24
  ldr r2, =root_reciprocals - 64
  ldrb r2, [r2, r4]
  movs r3, r2
  muls r3, r3
  lsrs r4, r0, #16
  muls r3, r4
  movs r5, #3
  lsls r5, r5, #30
  subs r3, r5, r3
  lsrs r3, r3, #15
  muls r2, r3
  lsrs r2, r2, #8
  muls r4, r2             /* r4: 2^15 times the root, off by some units */
  lsrs r4, r4, #15
  movs r3, r4
  muls r3, r3
  subs r3, r0, r3         /* what it leaves, halved over the root, gives 9 bits more */
  asrs r3, r3, #4
  lsrs r2, r2, #3
  muls r3, r2
  asrs r3, r3, #16
  lsls r4, r4, #9
  adds r4, r4, r3         /* 2^24 times the root, off by less than one */
  movs r2, #1
  orrs r2, r4
  muls r2, r2
  lsls r0, r0, #18
  subs r2, r2, r0         /* negative where the root is above the middle */
  lsrs r4, r4, #1
  subs r1, #1
  lsls r1, r1, #23
  lsls r2, r2, #1
  adcs r4, r1
  movs r0, r4
  pop {r4, r5, pc}

special_radicand:
  cmp r1, #0
  bne 1f
  lsrs r0, r0, #31        /* a zero as it is */
  lsls r0, r0, #31
  pop {r4, r5, pc}
negative_radicand:
  lsrs r0, r0, #31
  lsls r0, r0, #8
  adds r0, #255
  lsls r0, r0, #23
  pop {r4, r5, pc}
1:
  lsrs r0, r0, #23
  lsls r0, r0, #23
  pop {r4, r5, pc}
.ltorg

.global reciprocals, root_reciprocals
.include "reciprocals.inc"
.balign 2
