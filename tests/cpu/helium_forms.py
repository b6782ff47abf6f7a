"""Assembler forms of the vector extension: every class of encodings, with random operands.

In a form, {d}, {n}, {m} are different vectors of q0 to q6, {a} and {b} core registers, {e} and {o}
an even and an odd one, {p} the address of memory, and {.x} a choice of the lists below.
"""

from __future__ import annotations

from random import Random

CHOICES = {
    "i": ["i8", "i16", "i32"],
    "s": ["s8", "s16", "s32"],
    "t": ["s8", "s16", "s32", "u8", "u16", "u32"],
    "h": ["s8", "s16", "u8", "u16"],
    "g": ["s16", "s32", "u16", "u32"],
    "k": ["s16", "s32"],
    "u": ["u16", "u32"],
    "b": ["i16", "i32"],
    "z": ["8", "16", "32"],
    "f": ["f16", "f32"],
    "T": ["t", "b"],
    "x": ["", "x"],
    "A": ["", "a"],
    "R": ["", "r"],
    "c": ["eq", "ne", "ge", "lt", "gt", "le"],
    "U": ["hi", "cs"],
    "V": ["add", "sub"],
    "r": ["90", "270"],
    "q": ["0", "90", "180", "270"],
    "C": ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"],
    "1": ["1", "2", "4", "8"],
    "m": ["a", "n", "p", "m"],
    "v": ["n", "x", "a", "z", "m", "p"],
}

INTEGER = """
vand {d}, {n}, {m}|vbic {d}, {n}, {m}|vorr {d}, {n}, {m}|vorn {d}, {n}, {m}|veor {d}, {n}, {m}
vadd.{.i} {d}, {n}, {m}|vsub.{.i} {d}, {n}, {m}|vmax.{.t} {d}, {n}, {m}|vmin.{.t} {d}, {n}, {m}
vabd.{.t} {d}, {n}, {m}|vhadd.{.t} {d}, {n}, {m}|vhsub.{.t} {d}, {n}, {m}
vrhadd.{.t} {d}, {n}, {m}|vqadd.{.t} {d}, {n}, {m}|vqsub.{.t} {d}, {n}, {m}
vadc.i32 {d}, {n}, {m}|vadci.i32 {d}, {n}, {m}|vsbc.i32 {d}, {n}, {m}|vsbci.i32 {d}, {n}, {m}
vcadd.{.i} {d}, {n}, {m}, #{.r}|vhcadd.{.s} {d}, {n}, {m}, #{.r}
vadd.{.i} {d}, {n}, {a}|vsub.{.i} {d}, {n}, {a}|vhadd.{.t} {d}, {n}, {a}|vhsub.{.t} {d}, {n}, {a}
vqadd.{.t} {d}, {n}, {a}|vqsub.{.t} {d}, {n}, {a}|vbrsr.{.z} {d}, {n}, {a}
vcls.{.s} {d}, {m}|vclz.{.i} {d}, {m}|vmvn {d}, {m}|vabs.{.s} {d}, {m}|vneg.{.s} {d}, {m}
vqabs.{.s} {d}, {m}|vqneg.{.s} {d}, {m}|vmaxa.{.s} {d}, {m}|vmina.{.s} {d}, {m}
"""
MULTIPLY = """
vmul.{.i} {d}, {n}, {m}|vmulh.{.t} {d}, {n}, {m}|vrmulh.{.t} {d}, {n}, {m}
vmull{.T}.{.t} {d}, {n}, {m}|vmull{.T}.p8 {d}, {n}, {m}|vmull{.T}.p16 {d}, {n}, {m}
vqdmulh.{.s} {d}, {n}, {m}|vqrdmulh.{.s} {d}, {n}, {m}|vqdmladh{.x}.{.s} {d}, {n}, {m}
vqdmlsdh{.x}.{.s} {d}, {n}, {m}|vqrdmladh{.x}.{.s} {d}, {n}, {m}|vqrdmlsdh{.x}.{.s} {d}, {n}, {m}
vqdmull{.T}.{.k} {d}, {n}, {m}|vqdmull{.T}.{.k} {d}, {n}, {a}|vmul.{.i} {d}, {n}, {a}
vqdmulh.{.s} {d}, {n}, {a}|vqrdmulh.{.s} {d}, {n}, {a}|vmla.{.t} {d}, {n}, {a}
vmlas.{.t} {d}, {n}, {a}|vqrdmlah.{.s} {d}, {n}, {a}|vqrdmlash.{.s} {d}, {n}, {a}
vqdmlah.{.s} {d}, {n}, {a}|vqdmlash.{.s} {d}, {n}, {a}
"""
ACROSS = """
vmladav{.A}.{.t} {e}, {n}, {m}|vmladav{.A}x.{.s} {e}, {n}, {m}|vmlsdav{.A}{.x}.{.s} {e}, {n}, {m}
vmlaldav{.A}.{.g} {e}, {o}, {n}, {m}|vmlaldav{.A}x.{.k} {e}, {o}, {n}, {m}
vmlsldav{.A}{.x}.{.k} {e}, {o}, {n}, {m}|vrmlaldavh{.A}.s32 {e}, {o}, {n}, {m}
vrmlaldavh{.A}.u32 {e}, {o}, {n}, {m}|vrmlaldavh{.A}x.s32 {e}, {o}, {n}, {m}
vrmlsldavh{.A}{.x}.s32 {e}, {o}, {n}, {m}|vaddv{.A}.{.t} {e}, {m}|vaddlv{.A}.s32 {e}, {o}, {m}
vaddlv{.A}.u32 {e}, {o}, {m}|vabav.{.t} {a}, {n}, {m}|vmaxv.{.t} {a}, {m}|vminv.{.t} {a}, {m}
vmaxav.{.s} {a}, {m}|vminav.{.s} {a}, {m}
"""
SHIFT = """
vshl.{.t} {d}, {m}, {n}|vrshl.{.t} {d}, {m}, {n}|vqshl.{.t} {d}, {m}, {n}|vqrshl.{.t} {d}, {m}, {n}
vshl.{.t} {d}, {a}|vrshl.{.t} {d}, {a}|vqshl.{.t} {d}, {a}|vqrshl.{.t} {d}, {a}
vshl.i8 {d}, {m}, #{7}|vshl.i16 {d}, {m}, #{15}|vshl.i32 {d}, {m}, #{31}|vqshl.s8 {d}, {m}, #{7}
vqshl.u16 {d}, {m}, #{15}|vqshl.s32 {d}, {m}, #{31}|vqshl.u32 {d}, {m}, #{31}
vqshlu.s8 {d}, {m}, #{7}|vqshlu.s16 {d}, {m}, #{15}|vqshlu.s32 {d}, {m}, #{31}
vshr.s8 {d}, {m}, #{+8}|vshr.u16 {d}, {m}, #{+16}|vshr.s32 {d}, {m}, #{+32}
vshr.u32 {d}, {m}, #{+32}
vrshr.u8 {d}, {m}, #{+8}|vrshr.s16 {d}, {m}, #{+16}|vrshr.s32 {d}, {m}, #{+32}
vrshr.u32 {d}, {m}, #{+32}|vsri.8 {d}, {m}, #{+8}|vsri.16 {d}, {m}, #{+16}|vsri.32 {d}, {m}, #{+32}
vsli.8 {d}, {m}, #{7}|vsli.16 {d}, {m}, #{15}|vsli.32 {d}, {m}, #{31}|vshlc {d}, {a}, #{+32}
vshll{.T}.{.h} {d}, {m}, #{+7}|vshll{.T}.s8 {d}, {m}, #8|vshll{.T}.u16 {d}, {m}, #16
vmovl{.T}.{.h} {d}, {m}|vmovn{.T}.{.b} {d}, {m}|vqmovn{.T}.{.g} {d}, {m}|vqmovun{.T}.{.k} {d}, {m}
vshrn{.T}.i16 {d}, {m}, #{+8}|vshrn{.T}.i32 {d}, {m}, #{+16}|vrshrn{.T}.i16 {d}, {m}, #{+8}
vrshrn{.T}.i32 {d}, {m}, #{+16}|vqshrn{.T}.s16 {d}, {m}, #{+8}|vqshrn{.T}.u32 {d}, {m}, #{+16}
vqrshrn{.T}.u16 {d}, {m}, #{+8}|vqrshrn{.T}.s32 {d}, {m}, #{+16}|vqshrun{.T}.s16 {d}, {m}, #{+8}
vqshrun{.T}.s32 {d}, {m}, #{+16}|vqrshrun{.T}.s16 {d}, {m}, #{+8}|vqrshrun{.T}.s32 {d}, {m}, #{+16}
"""
MOVE = """
vdup.{.z} {d}, {a}|vmov.8 {n}[{15}], {a}|vmov.16 {n}[{7}], {a}|vmov.32 {n}[{3}], {a}
vmov.s8 {a}, {n}[{15}]|vmov.u16 {a}, {n}[{7}]|vmov.s16 {a}, {n}[{7}]|vmov.u8 {a}, {n}[{15}]
vmov.32 {a}, {n}[{3}]|vmov {a}, {b}, {n}[2], {n}[0]|vmov {n}[3], {n}[1], {a}, {b}
vrev64.{.z} {d}, {m}|vrev32.8 {d}, {m}|vrev32.16 {d}, {m}|vrev16.8 {d}, {m}
vidup.u8 {d}, {e}, #{.1}|vidup.u32 {d}, {e}, #{.1}|vddup.{.u} {d}, {e}, #{.1}
vmov.i8 {d}, #{255}|vmov.i16 {d}, #{255}|vmov.i32 {d}, #0x{99}00|vmvn.i32 {d}, #{255}
vmov.i64 {d}, #0xff00ff0000ffff00|vmov.f32 {d}, #1.5|vorr.i32 {d}, #0x{99}0000|vbic.i16 {d}, #{255}
vorr.i16 {d}, #0x{99}00|vbic.i32 {d}, #0x{99}000000|vmov.i32 {d}, #0x{99}ff|vmvn.i16 {d}, #{255}
vpsel {d}, {n}, {m}
"""
PREDICATE = """
vcmp.{.i} eq, {n}, {m}|vcmp.{.i} ne, {n}, {m}|vcmp.{.s} ge, {n}, {m}|vcmp.{.s} lt, {n}, {m}
vcmp.{.s} gt, {n}, {m}|vcmp.{.s} le, {n}, {m}|vcmp.u8 {.U}, {n}, {m}|vcmp.u32 {.U}, {n}, {m}
vcmp.i8 eq, {n}, {a}|vcmp.i16 ne, {n}, zr|vcmp.{.s} ge, {n}, {a}|vcmp.{.s} lt, {n}, zr
vcmp.{.s} gt, {n}, {a}|vcmp.{.s} le, {n}, {a}|vcmp.{.u} {.U}, {n}, {a}|vpnot|vctp.{.z} {a}
vctp.64 {a}
"""
FLOAT = """
vadd.{.f} {d}, {n}, {m}|vsub.{.f} {d}, {n}, {m}|vmul.{.f} {d}, {n}, {m}|vabd.{.f} {d}, {n}, {m}
vmaxnm.{.f} {d}, {n}, {m}|vminnm.{.f} {d}, {n}, {m}|vfma.{.f} {d}, {n}, {m}|vfms.{.f} {d}, {n}, {m}
vadd.{.f} {d}, {n}, {a}|vsub.{.f} {d}, {n}, {a}|vmul.{.f} {d}, {n}, {a}|vfma.{.f} {d}, {n}, {a}
vfmas.{.f} {d}, {n}, {a}|vcadd.{.f} {d}, {n}, {m}, #{.r}|vcmla.{.f} {d}, {n}, {m}, #{.q}
vcmul.{.f} {d}, {n}, {m}, #{.q}|vmaxnma.{.f} {d}, {m}|vminnma.{.f} {d}, {m}
vmaxnmv.{.f} {a}, {m}|vminnmv.{.f} {a}, {m}|vmaxnmav.{.f} {a}, {m}|vminnmav.{.f} {a}, {m}
vabs.{.f} {d}, {m}|vneg.{.f} {d}, {m}|vcmp.{.f} {.c}, {n}, {m}|vcmp.{.f} {.c}, {n}, {a}
vcmp.{.f} {.c}, {n}, zr|vcvt.f16.s16 {d}, {m}, #{+16}|vcvt.f16.u16 {d}, {m}, #{+16}
vcvt.s16.f16 {d}, {m}, #{+16}|vcvt.u16.f16 {d}, {m}, #{+16}|vcvt.f32.s32 {d}, {m}, #{+32}
vcvt.f32.u32 {d}, {m}, #{+32}|vcvt.s32.f32 {d}, {m}, #{+32}|vcvt.u32.f32 {d}, {m}, #{+32}
vcvt.f16.s16 {d}, {m}|vcvt.f16.u16 {d}, {m}|vcvt.s16.f16 {d}, {m}|vcvt.u16.f16 {d}, {m}
vcvt.f32.s32 {d}, {m}|vcvt.f32.u32 {d}, {m}|vcvt.s32.f32 {d}, {m}|vcvt.u32.f32 {d}, {m}
vcvt{.m}.s16.f16 {d}, {m}|vcvt{.m}.u16.f16 {d}, {m}|vcvt{.m}.s32.f32 {d}, {m}
vcvt{.m}.u32.f32 {d}, {m}|vrint{.v}.{.f} {d}, {m}
"""
# The assembler of binutils 2.40 encodes VCVTB and VCVTT wrongly.
HALVES = """
.inst.w 0xee3f0e01 + {0D} + {0M}|.inst.w 0xee3f1e01 + {0D} + {0M}
.inst.w 0xfe3f0e01 + {0D} + {0M}|.inst.w 0xfe3f1e01 + {0D} + {0M}
"""
MEMORY = """
vldrb.8 {d}, [{p}, #{100}]|vldrb.u16 {d}, [{p}, #{100}]|vldrb.s32 {d}, [r6, #{100}]
vldrb.s16 {d}, [{p}], #-{8*12}|vldrb.u32 {d}, [{p}, #-{8*12}]!|vldrh.16 {d}, [{p}, #-{2*50}]
vldrh.s32 {d}, [{p}], #{8*12}|vldrh.u32 {d}, [{p}, #{8*12}]!|vldrw.32 {d}, [{p}, #{8*12}]!
vldrw.32 {d}, [{p}], #-{8*12}|vldrw.32 {d}, [{p}]|vstrb.8 {d}, [{p}, #{100}]
vstrb.16 {d}, [{p}], #{8*12}
vstrb.32 {d}, [{p}, #-{8*12}]!|vstrh.16 {d}, [{p}, #-{2*50}]|vstrh.32 {d}, [{p}], #{8*12}
vstrw.32 {d}, [{p}, #{4*30}]|vstrw.32 {d}, [{p}], #{8*12}|vstrh.16 {d}, [{p}, #{8*12}]!
vldrb.u8 {d}, [{p}, q7]|vldrb.s16 {d}, [{p}, q7]|vldrb.u32 {d}, [{p}, q7]|vldrb.u16 {d}, [{p}, q7]
vldrh.u16 {d}, [{p}, q7]|vldrh.s32 {d}, [{p}, q7]|vldrh.u16 {d}, [{p}, q7, uxtw #1]
vldrh.u32 {d}, [{p}, q7, uxtw #1]|vldrw.u32 {d}, [{p}, q7]|vldrw.u32 {d}, [{p}, q7, uxtw #2]
vldrd.u64 {d}, [{p}, q7]|vldrd.u64 {d}, [{p}, q7, uxtw #3]|vstrb.8 {d}, [{p}, q7]
vstrb.16 {d}, [{p}, q7]|vstrb.32 {d}, [{p}, q7]|vstrh.16 {d}, [{p}, q7]|vstrh.32 {d}, [{p}, q7]
vstrh.16 {d}, [{p}, q7, uxtw #1]|vstrh.32 {d}, [{p}, q7, uxtw #1]|vstrw.32 {d}, [{p}, q7]
vstrw.32 {d}, [{p}, q7, uxtw #2]|vstrd.64 {d}, [{p}, q7]|vstrd.64 {d}, [{p}, q7, uxtw #3]
"""
ADDRESSES = """
vldrw.u32 {d}, [q7, #{4*20}]|vldrw.u32 {d}, [q7, #-{4*20}]!|vldrd.u64 {d}, [q7, #{8*20}]
vldrd.u64 {d}, [q7, #{8*20}]!|vstrw.32 {d}, [q7, #{4*20}]|vstrw.32 {d}, [q7, #{4*20}]!
vstrd.64 {d}, [q7, #-{8*20}]|vstrd.64 {d}, [q7, #{8*20}]!
"""
ALONE = """
vld20.{.z} {{q2, q3}}, [{p}]|vld21.{.z} {{q2, q3}}, [{p}]!|vst20.{.z} {{q2, q3}}, [{p}]
vst21.{.z} {{q2, q3}}, [{p}]!|vld40.{.z} {{q0, q1, q2, q3}}, [{p}]
vld41.{.z} {{q1, q2, q3, q4}}, [{p}]
vld42.{.z} {{q0, q1, q2, q3}}, [{p}]|vld43.{.z} {{q2, q3, q4, q5}}, [{p}]!
vst40.{.z} {{q0, q1, q2, q3}}, [{p}]|vst41.{.z} {{q1, q2, q3, q4}}, [{p}]
vst42.{.z} {{q0, q1, q2, q3}}, [{p}]|vst43.{.z} {{q2, q3, q4, q5}}, [{p}]!
lsll {e}, {o}, #{+31}|lsrl {e}, {o}, #{+32}|asrl {e}, {o}, #{+32}|uqshll {e}, {o}, #{+32}
urshrl {e}, {o}, #{+32}|srshrl {e}, {o}, #{+32}|sqshll {e}, {o}, #{+32}|uqshl {a}, #{+32}
urshr {a}, #{+32}|srshr {a}, #{+32}|sqshl {a}, #{+32}|uqrshl {a}, {b}|sqrshr {a}, {b}
lsll {e}, {o}, r12|asrl {e}, {o}, r12|uqrshll {e}, {o}, #64, r12|uqrshll {e}, {o}, #48, r12
sqrshrl {e}, {o}, #64, r12|sqrshrl {e}, {o}, #48, r12|csel {a}, {b}, {e}, {.C}
csinc {a}, {b}, {e}, {.C}|csinv {a}, {b}, {o}, {.C}|csneg {a}, {b}, {o}, {.C}
"""
# Scalar half precision, between other scalar instructions; {sd}, {sn}, {sm} are S registers.
# Binutils 2.40 has no scalar VCVT of 16-bit fixed-point numbers.
HALF = """
vadd.f16 {sd}, {sn}, {sm}|vsub.f16 {sd}, {sn}, {sm}|vmul.f16 {sd}, {sn}, {sm}
vnmul.f16 {sd}, {sn}, {sm}|vdiv.f16 {sd}, {sn}, {sm}|vmla.f16 {sd}, {sn}, {sm}
vmls.f16 {sd}, {sn}, {sm}|vnmla.f16 {sd}, {sn}, {sm}|vnmls.f16 {sd}, {sn}, {sm}
vfma.f16 {sd}, {sn}, {sm}|vfms.f16 {sd}, {sn}, {sm}|vfnma.f16 {sd}, {sn}, {sm}
vfnms.f16 {sd}, {sn}, {sm}|vabs.f16 {sd}, {sm}|vneg.f16 {sd}, {sm}|vsqrt.f16 {sd}, {sm}
vcmp.f16 {sn}, {sm}|vcmpe.f16 {sn}, {sm}|vcmp.f16 {sn}, #0|vcmpe.f16 {sn}, #0
vmaxnm.f16 {sd}, {sn}, {sm}|vminnm.f16 {sd}, {sn}, {sm}|vseleq.f16 {sd}, {sn}, {sm}
vselvs.f16 {sd}, {sn}, {sm}|vselge.f16 {sd}, {sn}, {sm}|vselgt.f16 {sd}, {sn}, {sm}
vrintr.f16 {sd}, {sm}|vrintz.f16 {sd}, {sm}|vrintx.f16 {sd}, {sm}|vrinta.f16 {sd}, {sm}
vrintn.f16 {sd}, {sm}|vrintp.f16 {sd}, {sm}|vrintm.f16 {sd}, {sm}|vcvt.f16.s32 {sd}, {sm}
vcvt.f16.u32 {sd}, {sm}|vcvt.s32.f16 {sd}, {sm}|vcvt.u32.f16 {sd}, {sm}|vcvtr.s32.f16 {sd}, {sm}
vcvtr.u32.f16 {sd}, {sm}|vcvt{.m}.s32.f16 {sd}, {sm}|vcvt{.m}.u32.f16 {sd}, {sm}
.inst.w 0xeeba0940 + {0S} + {8}|.inst.w 0xeebb0940 + {0S} + {8}|.inst.w 0xeebe0940 + {0S} + {8}
.inst.w 0xeebf0940 + {0S} + {8}|vcvt.f16.s32 {sd}, {sd}, #{+32}|vcvt.f16.u32 {sd}, {sd}, #{+32}
vcvt.s32.f16 {sd}, {sd}, #{+32}|vcvt.u32.f16 {sd}, {sd}, #{+32}|vmov.f16 {sd}, #1.5
vmov.f16 {sd}, #-0.1875|vmov.f16 {sd}, {a}|vmov.f16 {a}, {sn}|vins.f16 {sd}, {sm}
vmovx.f16 {sd}, {sm}|vldr.16 {sd}, [{p}, #{2*100}]|vldr.16 {sd}, [{p}, #-{2*100}]
vstr.16 {sd}, [{p}, #{2*100}]
"""
CLEAR = """
clrm {{ {a}, {b} }}|clrm {{r0, r3, r5, apsr}}|clrm {{ {e}, r12 }}|vscclrm {{s3-s8, vpr}}
vscclrm {{d2-d4, vpr}}|vscclrm {{vpr}}
"""


def forms(text: str) -> list[str]:
    """The forms of one of the lists above."""
    return [form for line in text.strip().splitlines() for form in line.split("|")]


PREDICABLE = [
    forms(t) for t in (INTEGER, MULTIPLY, ACROSS, SHIFT, MOVE, PREDICATE, FLOAT, HALVES, MEMORY)
]
UNPREDICABLE = ("vmov.", "vmov r", "vmov q", "vpnot", "vctp", ".inst")


def fill(form: str, random: Random) -> str:
    """An instruction of a form."""
    vectors = random.sample(range(7), 3)
    core = random.sample(range(6), 2)
    singles = random.sample(range(28), 3)
    even, odd = random.choice([0, 2, 4]), random.choice([1, 3, 5])
    values = {
        "d": f"q{vectors[0]}", "n": f"q{vectors[1]}", "m": f"q{vectors[2]}",
        "a": f"r{core[0]}", "b": f"r{core[1]}", "e": f"r{even}", "o": f"r{odd}",
        "p": "r6",
        "sd": f"s{singles[0]}", "sn": f"s{singles[1]}", "sm": f"s{singles[2]}",
        "0S": f"{singles[0] >> 1}*4096 + {singles[0] & 1}*4194304",
        "0D": f"{vectors[0]}*8192", "0M": f"{vectors[2]}*2",
    }  # fmt: skip
    out = []
    rest = form.replace("{{", "\0").replace("}}", "\1")
    while "{" in rest:
        before, _, rest = rest.partition("{")
        key, _, rest = rest.partition("}")
        out += [before, _value(key, values, random)]
    return "".join([*out, rest]).replace("\0", "{").replace("\1", "}")


def _value(key: str, values: dict[str, str], random: Random) -> str:
    if key in values:
        return values[key]
    if key.startswith("."):
        return random.choice(CHOICES[key[1:]])
    if key.startswith("+"):
        return str(random.randint(1, int(key[1:])))
    step, _, highest = key.rpartition("*")
    return str(int(step or 1) * random.randint(0, int(highest)))
