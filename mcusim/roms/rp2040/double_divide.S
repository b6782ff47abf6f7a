/* Double precision: quotient and square root, correctly rounded.
 *
 * As in single precision, with further digits of 13, 13 and 12 bits. A digit is estimated from the
 * upper bits of what is left, off by some units either way; the next one makes up for it, being
 * signed.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

/* The mantissa of the number's upper word in place, with its first bit in front; `first` is that bit. */
.macro upper_mantissa high, first
  lsls \high, \high, #12
  lsrs \high, \high, #12
  orrs \high, \first
.endm

/* r1:r0 = (r1:r0) << places. */
.macro shift_rest places
  lsls r1, r1, #\places
  lsrs r4, r0, #32 - \places
  orrs r1, r4
  lsls r0, r0, #\places
.endm

/* r1:r0 -= r6 * (r3:r2), modulo 2^64; the digit r6 has 16 bits with its sign. */
.macro take_multiple
  uxth r4, r2
  muls r4, r6
  asrs r7, r4, #31
  subs r0, r0, r4
  sbcs r1, r7
  lsrs r4, r2, #16
  muls r4, r6
  lsls r7, r4, #16
  asrs r4, r4, #16
  subs r0, r0, r7
  sbcs r1, r4
  movs r4, r3
  muls r4, r6
  subs r1, r1, r4
.endm

special_dividend:
  cmp r4, #0
  bne infinite_quotient
  cmp r5, #0
  beq infinite_quotient
  b no_quotient
special_divisor:
  cmp r5, #0
  beq infinite_quotient
no_quotient:
  ldr r4, =zero_with_sign + 1
  bx r4
infinite_quotient:
  ldr r4, =infinity_with_sign + 1
  bx r4

.thumb_func
.global ddiv
ddiv:
  push {r4, r5, r6, r7, lr}
  exponent r4, r1
  exponent r5, r3
  movs r6, r1
  eors r6, r3
  lsrs r6, r6, #31
  lsls r6, r6, #11
  mov lr, r6
  special r4, r7, special_dividend
  special r5, r7, special_divisor
  subs r4, r4, r5
  ldr r5, =1023
  adds r4, r4, r5
  mov ip, r4              /* the exponent, if the quotient is at least 1 */
  movs r7, #1
  lsls r7, r7, #20
  upper_mantissa r1, r7
  upper_mantissa r3, r7
  cmp r1, r3
  bhi 2f
  blo 1f
  cmp r0, r2
  bhs 2f
1:
  adds r0, r0, r0
  adcs r1, r1
  mov r4, ip
  subs r4, #1
  mov ip, r4
2:
  /* r5: 2^68 over the divisor, of 16 bits. */
  lsls r4, r3, #11
  lsrs r5, r2, #21
  orrs r4, r5
  lsrs r5, r4, #24
  ldr r6, =reciprocals - 128
  ldrb r5, [r6, r5]
  adds r5, #255
  lsrs r4, r4, #9
  muls r4, r5
  movs r6, #1
  lsls r6, r6, #31
  subs r4, r6, r4
  asrs r4, r4, #7
  muls r4, r5
  asrs r4, r4, #17
  lsls r5, r5, #7
  adds r5, r5, r4
  adds r5, #1             /* off by 3 in 100 000 then, either way */
  lsrs r6, r1, #6         /* the first digit, of 16 bits, in the middle of what it can be off by */
  muls r6, r5
  lsrs r6, r6, #15
  adds r6, #1
  lsrs r7, r6, #16
  subs r6, r6, r7
  push {r6}
  shift_rest 15
  uxth r4, r2             /* without a sign, unlike the others */
  muls r4, r6
  movs r7, #0
  subs r0, r0, r4
  sbcs r1, r7
  lsrs r4, r2, #16
  muls r4, r6
  lsls r7, r4, #16
  lsrs r4, r4, #16
  subs r0, r0, r7
  sbcs r1, r4
  movs r4, r3
  muls r4, r6
  subs r1, r1, r4
  .rept 2
  asrs r6, r1, #8
  muls r6, r5
  asrs r6, r6, #15
  push {r6}
  shift_rest 13
  take_multiple
  .endr
  asrs r6, r1, #7
  muls r6, r5
  asrs r6, r6, #17
  shift_rest 12
  take_multiple
  /* The digits together: 2^53 times the quotient, off by less than one. */
  pop {r4}
  lsls r4, r4, #12
  adds r4, r4, r6
  pop {r5, r6}
  lsls r6, r6, #13
  adds r6, r6, r5
  lsls r5, r6, #25
  lsrs r6, r6, #7
  asrs r7, r4, #31
  adds r4, r4, r5
  adcs r6, r7
  lsls r5, r4, #31
  bmi 3f
  subs r0, r0, r2
  sbcs r1, r3
3:
  mvns r5, r1             /* rounds up where something is left above the middle */
  asrs r5, r5, #31
  lsrs r0, r4, #1
  lsls r4, r6, #31
  orrs r0, r4
  lsrs r1, r6, #1
  mov r3, ip
  ldr r4, =pack_in_range + 1
  bx r4


.ltorg

special_radicand:
  lsrs r1, r1, #20
  lsls r1, r1, #20
  movs r0, #0
  cmp r4, #0
  bne 1f
  lsrs r1, r1, #31
  lsls r1, r1, #31
1:
  pop {r4, r5, r6, r7, pc}
negative_radicand:
  ldr r1, =0xFFF00000
  movs r0, #0
  pop {r4, r5, r6, r7, pc}

/* r3:r2 += the digit r6. */
.macro add_digit
  asrs r4, r6, #31
  adds r2, r2, r6
  adcs r3, r4
.endm

/* The next digit is r6: twice the root so far in r3:r2, what it leaves in r1:r0 already shifted.
 * What is left becomes less by the digit times (2 root << places) + digit. */
.macro next_digit places
  lsls r3, r3, #\places
  lsrs r4, r2, #32 - \places
  orrs r3, r4
  lsls r2, r2, #\places
  add_digit
  take_multiple
  add_digit
.endm

.thumb_func
.global dsqrt
dsqrt:
  push {r4, r5, r6, r7, lr}
  exponent r4, r1
  special r4, r7, special_radicand
  cmp r1, #0
  blt negative_radicand
  movs r7, #1
  lsls r7, r7, #20
  upper_mantissa r1, r7
  ldr r5, =1023
  adds r4, r4, r5
  lsrs r4, r4, #1
  mov ip, r4              /* the root's exponent */
  bcc 1f
  adds r0, r0, r0
  adcs r1, r1
1:
  /* r4: a radicand between 1 and 4, times 2^30. r5: 2^16 over its root. r6: 2^15 times the root,
   * off by some units. */
  lsls r4, r1, #10
  lsrs r5, r0, #22
  orrs r4, r5
  lsrs r6, r4, #24
  ldr r5, =root_reciprocals - 64
  ldrb r5, [r5, r6]
  movs r6, r5
  muls r6, r6
  lsrs r7, r4, #16
  muls r6, r7
  movs r7, #3
  lsls r7, r7, #30
  subs r6, r7, r6
  lsrs r6, r6, #15
  muls r5, r6
  lsrs r5, r5, #8
  lsrs r6, r4, #15
  muls r6, r5
  lsrs r6, r6, #16
  adds r6, #3             /* in the middle of what it can be off by: -3.4 to 2.8 now */
  adds r5, #1             /* and so the reciprocal, for the other digits */
  /* What is left: the radicand times 2^56 less the square of 2^28 times the root. It has 46 bits,
   * so that the square's lower word is enough. */
  shift_rest 4
  movs r2, r6
  muls r2, r6
  lsls r4, r2, #26
  lsrs r2, r2, #6
  subs r0, r0, r4
  sbcs r1, r2
  lsls r1, r1, #6
  asrs r1, r1, #6
  lsls r2, r6, #1         /* twice the root */
  movs r3, #0
  lsls r6, r1, #3         /* three more digits */
  lsrs r4, r0, #29
  orrs r6, r4
  muls r6, r5
  asrs r6, r6, #16
  next_digit 13
  shift_rest 26
  asrs r6, r1, #10
  muls r6, r5
  asrs r6, r6, #16
  next_digit 13
  lsls r6, r1, #3
  lsrs r4, r0, #29
  orrs r6, r4
  muls r6, r5
  asrs r6, r6, #17
  shift_rest 24
  next_digit 12
  /* r3:r2: 2^54 times the root, the last bit of which is not yet one. */
  lsls r4, r2, #30
  bmi 2f
  subs r0, #1
  bcs 3f
  subs r1, #1
3:
  subs r0, r0, r2
  sbcs r1, r3
2:
  mvns r5, r1
  asrs r5, r5, #31
  lsrs r0, r2, #2
  lsls r4, r3, #30
  orrs r0, r4
  lsrs r1, r3, #2
  movs r7, #0
  mov lr, r7
  mov r3, ip
  ldr r4, =pack_in_range + 1
  bx r4
.ltorg
