// Interprets what Unicorn's core lacks: vector instructions and low-overhead loops, with the scalar
// instructions between them, as long as that goes on.
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "arm_bits.hpp"
#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kFlagBits = 0xF8000000U;
constexpr std::uint32_t kGreaterBits = 0x000F0000U;  // GE
constexpr std::uint32_t kOwnFpscr = 0x08080000U;     // QC and FZ16, which Unicorn drops
constexpr std::uint32_t kTailSize = 0x00070000U;     // LTPSIZE
constexpr std::size_t kLongestRun = 128;             // instructions
constexpr int kScalarBlocks = 4;                     // in a row, before Unicorn takes over again

constexpr std::uint32_t kSystemControl = 0xE000E000U, kNonSecureAlias = 0xE002E000U;

bool is_alias(std::uint32_t address) { return address >> 12 == kNonSecureAlias >> 12; }

BusFilter::Access access_of(bool write) {
  return write ? BusFilter::Access::kWrite : BusFilter::Access::kRead;
}

std::uint32_t code_word(const std::uint8_t* from, bool wide) {
  const std::uint32_t first = from[0] | std::uint32_t{from[1]} << 8;
  return wide ? first << 16 | from[2] | std::uint32_t{from[3]} << 8 : first;
}

bool is_wide_at(const std::uint8_t* from) {
  return mve::is_wide(from[0] | std::uint32_t{from[1]} << 8);
}

// What Unicorn's core would execute as another instruction, or refuse as one of a coprocessor.
bool is_silent(const mve::Instruction& i) {
  const mve::Unit unit = i.encoding->unit;
  return unit == mve::Unit::kLongShift || unit == mve::Unit::kMove || unit >= mve::Unit::kClear;
}

}  // namespace

void ArmEngine::add_vectors() {
  std::uint8_t* const vectors = find_vector_registers(uc_.get(), registers_);
  if (vectors == nullptr || !add_double_precision(uc_.get(), registers_))
    throw std::runtime_error("the vector registers of this Unicorn can't be reached");
  helium_ = std::make_unique<Helium>();
  helium_->state.r = registers_;
  helium_->state.q = vectors;
  helium_->state.bus = &vector_bus_;
}

bool ArmEngine::extension_at(std::uint32_t pc) const {
  if (helium_ == nullptr) return false;
  const std::uint32_t first = halfword(pc);
  if (!mve::is_wide(first)) return false;
  return mve::is_extension(mve::decode(first << 16 | halfword(pc + 2), true));
}

bool ArmEngine::vectors_follow(uc_err error, std::uint32_t cut) {
  const bool refused = error == UC_ERR_INSN_INVALID && (reg(UC_ARM_REG_XPSR) & kThumb) != 0 &&
                       extension_at(stop_.pc);
  if (!refused && (error != UC_ERR_OK || cut == 0 || stop_.pc != cut)) return false;
  resume_at_ = stop_.pc;
  return true;
}

VectorPlan ArmEngine::plan_of(std::span<const std::uint8_t> code) {
  VectorPlan plan;
  bool known = true;  // all instructions so far can be interpreted
  for (std::uint32_t at = 0; at + 2 <= code.size();) {
    const bool wide = is_wide_at(code.data() + at);
    if (wide && at + 4 > code.size()) break;
    const mve::Instruction i = mve::decode(code_word(code.data() + at, wide), wide);
    if (mve::is_extension(i)) {
      plan.prefix = at;
      plan.kind = known          ? VectorPlan::kInterpret
                  : is_silent(i) ? VectorPlan::kCut
                                 : VectorPlan::kPrefix;
      break;
    }
    known = known && i.encoding != nullptr;
    at += i.size;
  }
  plan.copy.assign(code.begin(), code.end());
  return plan;
}

const VectorPlan& ArmEngine::plan_at(std::uint32_t address, std::uint32_t size) {
  VectorPlan& plan = helium_->plans[std::uint64_t{address} << 32 | size];
  const Memory* memory = memory_at(address, size);
  const bool same = memory != nullptr && plan.copy.size() == size &&
                    std::memcmp(memory->at(address), plan.copy.data(), size) == 0;
  if (!same) plan = plan_of(code_at(address, size));
  return plan;
}

bool ArmEngine::takes_over(std::uint32_t address, std::uint32_t& size) {
  if (address == helium_->interrupted_at) {
    interpret(address);
    return true;
  }
  helium_->interrupted_at = Helium::kNowhere;
  const VectorPlan& plan = plan_at(address, size);
  switch (plan.kind) {
    case VectorPlan::kPlain:
      return false;
    case VectorPlan::kInterpret:
      interpret(address);
      return true;
    case VectorPlan::kPrefix:
      // Unicorn stops at the first instruction that it does not know.
      size = plan.prefix;
      return false;
    default:
      helium_->cut_at = address + plan.prefix;
      stop_with(Stop::kLimit, 0, address);
      return true;
  }
}

VectorRun ArmEngine::read_run(std::uint32_t address) const {
  VectorRun run;
  run.address = address;
  const Memory* memory = memory_at(address, 2);
  if (memory == nullptr) return run;
  run.host = memory->at(address);
  const std::uint32_t room = memory->size - (address - memory->base);
  while (run.code.size() < kLongestRun && run.size + 4 <= room) {
    const std::uint8_t* at = run.host + run.size;
    const bool wide = is_wide_at(at);
    const mve::Instruction i = mve::decode(code_word(at, wide), wide);
    if (i.encoding == nullptr) break;
    run.has_extension = run.has_extension || mve::is_extension(i);
    run.code.push_back(i);
    run.size += i.size;
    if (i.encoding->ends_block) break;
  }
  run.copy.assign(run.host, run.host + run.size);
  return run;
}

VectorRun* ArmEngine::run_at(std::uint32_t address) {
  const auto found = helium_->runs.find(address);
  if (found != helium_->runs.end()) {
    VectorRun& known = found->second;
    if (known.size != 0 && std::memcmp(known.host, known.copy.data(), known.size) == 0)
      return &known;
  }
  VectorRun run = read_run(address);
  if (run.code.empty()) return nullptr;
  return &(helium_->runs[address] = std::move(run));
}

void ArmEngine::load_vector_state() {
  mve::State& s = helium_->state;
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR);
  s.apsr = xpsr & kFlagBits;
  s.it = static_cast<std::uint8_t>((xpsr >> 8 & 0xFCU) | (xpsr >> 25 & 3U));
  s.fpscr = (reg(UC_ARM_REG_FPSCR) & ~kOwnFpscr) | (s.fpscr & kOwnFpscr);
}

void ArmEngine::store_vector_state() {
  const mve::State& s = helium_->state;
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR);
  const std::uint32_t it = (s.it & 0xFCU) << 8 | (s.it & 3U) << 25;
  const std::uint32_t cleared = kFlagBits | kItBits | (s.clears_ge ? kGreaterBits : 0U);
  helium_->state.clears_ge = false;
  const std::uint32_t now = (xpsr & ~cleared) | s.apsr | it;
  if (((xpsr ^ now) & kItBits) != 0)
    set_reg(UC_ARM_REG_XPSR, now);
  else if (xpsr != now)
    set_reg(UC_ARM_REG_XPSR_NZCVQG, now);
  set_reg(UC_ARM_REG_FPSCR, s.fpscr & ~kOwnFpscr);
}

std::uint32_t ArmEngine::fpscr() const {
  const std::uint32_t value = reg(UC_ARM_REG_FPSCR);
  if (helium_ == nullptr) return value;
  const mve::State& s = helium_->state;
  return (value & ~(kOwnFpscr | kTailSize)) | (s.fpscr & kOwnFpscr) | s.ltpsize << 16;
}

void ArmEngine::set_fpscr(std::uint32_t value) {
  if (helium_ != nullptr) {
    helium_->state.fpscr = value & kOwnFpscr;
    helium_->state.ltpsize = value >> 16 & 7U;
  }
  set_reg(UC_ARM_REG_FPSCR, value & ~(helium_ != nullptr ? kOwnFpscr | kTailSize : 0U));
}

std::uint32_t ArmEngine::push_predicates(std::uint32_t address, bool as_privileged) {
  // The word behind FPSCR, reserved in a frame without the extension (DDI0553, PushStack).
  return push_words(address, {&helium_->state.vpr, 1}, stacker(as_privileged));
}

// The first vector instruction since CONTROL.FPCA was cleared (DDI0553, ExecuteFPCheck).
void ArmEngine::begin_vector_context() {
  const bool secure = options_.security && !system.non_secure();
  const bool active = (*special_.fpu_control & kFpuActive) != 0;
  if (active && (!secure || (*banks_[0].control & kSecureFpuActive) != 0)) return;
  *special_.fpu_control |= kFpuActive;
  if (secure) *banks_[0].control |= kSecureFpuActive;
  mve::State& s = helium_->state;
  s.fpscr = s.vpr = 0;
  s.ltpsize = mve::kNoTail;
}

bool ArmEngine::begin_interpreted(Block& block) {
  const Block* previous = accountant.current();
  if (previous != nullptr && previous->has(kStackSelect)) masks_written();
  if ((block.needs_care | careful_) != 0) {
    if (system.lazy_active || careful_ != 0) store_vector_state();
    if (!admit(block)) {
      store_vector_state();
      set_reg(UC_ARM_REG_PC, block.address | 1U);
      return false;
    }
    if (system.lazy_active || careful_ != 0) load_vector_state();
  }
  if (accountant.enter(block)) return true;
  store_vector_state();
  // Unicorn still stands where the interpreter began.
  set_reg(UC_ARM_REG_PC, block.address | 1U);
  resume_at_ = block.address;
  attend_before(block);
  load_vector_state();
  return !stopping_ && resume_at_ == block.address && accountant.current() == &block;
}

void ArmEngine::interpret(std::uint32_t pc) {
  mve::State& s = helium_->state;
  load_vector_state();
  const bool goes_on = std::exchange(helium_->interrupted_at, Helium::kNowhere) == pc;
  int scalar_blocks = goes_on ? helium_->scalar_blocks : 0;
  for (;;) {
    VectorRun* run = run_at(pc);
    if (run == nullptr || s.pc == ~0U) break;
    const int before = scalar_blocks;
    scalar_blocks = run->has_extension ? 0 : scalar_blocks + 1;
    if (scalar_blocks > kScalarBlocks) break;
    Block* block = block_of(*run);
    if (block == nullptr) return;
    if (!begin_interpreted(*block)) {
      // What began the block has set the PC, or stopped.
      if (stopping_) go_on_at(pc, before);
      return;
    }
    if (block->has(kUsesFpu)) begin_vector_context();
    try {
      if (!execute(*run)) return;
    } catch (...) {
      fail(std::current_exception());
    }
    pc = s.next;
    if (stopping_) {
      resume_at_ = pc;
      go_on_at(pc, scalar_blocks);
      break;
    }
  }
  store_vector_state();
  redirect(pc, true);
}

void ArmEngine::go_on_at(std::uint32_t pc, int scalar_blocks) {
  helium_->interrupted_at = pc;
  helium_->scalar_blocks = scalar_blocks;
  // The next block is looked up, whatever followed here before.
  if (Block* current = accountant.current(); current != nullptr) current->successor = nullptr;
}

Block* ArmEngine::block_of(VectorRun& run) {
  if (run.block != nullptr) return run.block;
  run.block = look_for(nullptr, run.address, run.size);
  if (run.block != nullptr) run.block->interpreted = true;
  return run.block;
}

bool ArmEngine::execute(const VectorRun& run) {
  mve::State& s = helium_->state;
  // Without a floating-point context the loops have no tail.
  const bool context = (*special_.fpu_control & kFpuActive) != 0;
  const std::uint32_t kept = s.ltpsize;
  s.fpu_context = context;
  load_security_state();
  if (!context) s.ltpsize = mve::kNoTail;
  s.next = run.address;
  bool done = true;
  for (const mve::Instruction& i : run.code) {
    s.pc = s.next;
    s.next = s.pc + i.size;
    const bool conditional = s.in_it_block();
    if (!conditional || mve::holds(s.apsr, s.it >> 4)) {
      if (accountant.accurate() && accountant.step(s.pc)) {
        interpreted_trap(accountant.trapped_by_division ? kDivideByZero : kUnaligned);
        done = false;
        break;
      }
      if (!execute_one(i)) {
        done = false;
        break;
      }
    }
    if (conditional)
      s.it = (s.it & 7U) == 0 ? 0 : static_cast<std::uint8_t>((s.it & 0xE0U) | (s.it << 1 & 0x1FU));
  }
  if (!context && (*special_.fpu_control & kFpuActive) == 0) s.ltpsize = kept;
  store_security_state();
  return done;
}

void ArmEngine::load_security_state() {
  if (!options_.security) return;
  mve::State& s = helium_->state;
  s.secure = !system.non_secure();
  s.secure_fpu = (*banks_[0].control & kSecureFpuActive) != 0;
  s.fpu_inactive = system.stacks_fpu() && !s.fpu_context;
}

void ArmEngine::store_security_state() {
  if (!options_.security || !helium_->state.secure) return;
  std::uint32_t& control = *banks_[0].control;
  control = (control & ~kSecureFpuActive) | (helium_->state.secure_fpu ? kSecureFpuActive : 0U);
}

bool ArmEngine::execute_one(const mve::Instruction& i) {
  mve::State& s = helium_->state;
  try {
    i.execute(s, i);
    return true;
  } catch (const mve::AccessFault& fault) {
    if (fault.unaligned) {
      interpreted_trap(kUnaligned);
      return false;
    }
    stop_.has_address = true;
    stop_.address = fault.address;
    stop_.write = fault.write;
    leave_interpreter(Stop::kError, fault.write ? UC_ERR_WRITE_PROT : UC_ERR_READ_PROT);
  } catch (const mve::InvalidState&) {
    interpreted_trap(kInvalidState);
  } catch (const mve::Undefined&) {
    leave_interpreter(Stop::kError, UC_ERR_INSN_INVALID);
  }
  return false;
}

void ArmEngine::interpreted_trap(int number) { leave_interpreter(Stop::kInterrupt, number); }

void ArmEngine::leave_interpreter(Stop reason, int number) {
  store_vector_state();
  const std::uint32_t pc = helium_->state.pc;
  set_reg(UC_ARM_REG_PC, pc | 1U);
  stop_with(reason, number, pc);
}

std::uint8_t* ArmEngine::VectorBus::window(std::uint32_t address, std::uint32_t bytes, bool write) {
  engine->check_attribution(address, bytes, write);
  const Memory* memory = engine->memory_at(address, bytes);
  if (memory == nullptr || engine->keeps_out(address, access_of(write))) return nullptr;
  if (engine->system.mpu.enabled()) {
    const AccessKind kind = write ? AccessKind::kWrite : AccessKind::kRead;
    const bool privilege = engine->privileged(), negative = engine->raised();
    for (const std::uint32_t at : {address, address + bytes - 1})
      if (!engine->system.mpu.allows(at, kind, privilege, negative)) {
        engine->mpu_denied_ = true;
        throw mve::AccessFault{at, write, false};
      }
  }
  if (write) {
    if ((memory->permissions & UC_PROT_WRITE) == 0) throw mve::AccessFault{address, true, false};
    engine->forget_code(address, bytes);
  }
  return memory->at(address);
}

bool ArmEngine::kept_out_of_vector(std::uint32_t address, bool write) {
  if (!kept_out(address, access_of(write))) return false;
  if ((filter.at(address) & BusFilter::kFaults) == 0) return true;
  bus_denied_ = true;
  throw mve::AccessFault{address, write, false};
}

void ArmEngine::forget_code(std::uint32_t address, std::uint32_t bytes) {
  for (const std::uint32_t page : {address >> 10, (address + bytes - 1) >> 10})
    if ((helium_->code_pages[page >> 6] >> (page & 63U) & 1U) != 0)
      uc_ctl_remove_cache(uc_.get(), address & ~1023U, ((address + bytes) | 1023U) + 1U);
}

std::uint32_t ArmEngine::VectorBus::load(std::uint32_t address, std::uint32_t bytes) {
  std::uint32_t value = 0;
  if (const std::uint8_t* from = window(address, bytes, false); from != nullptr) {
    std::memcpy(&value, from, bytes);
    return value;
  }
  if (engine->kept_out_of_vector(address, false)) return 0;
  DeviceWindow* device = engine->device_at(address, bytes, false);
  if (device == nullptr) {
    const auto read = is_alias(address) ? &on_alias_read : &on_system_read;
    return static_cast<std::uint32_t>(read(nullptr, address & 0xFFFU, bytes, engine));
  }
  return static_cast<std::uint32_t>(on_device_read(nullptr, address - device->base, bytes, device));
}

void ArmEngine::VectorBus::store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  if (std::uint8_t* to = window(address, bytes, true); to != nullptr) {
    std::memcpy(to, &value, bytes);
    return;
  }
  if (engine->kept_out_of_vector(address, true)) return;
  DeviceWindow* device = engine->device_at(address, bytes, true);
  if (device == nullptr) {
    const auto write = is_alias(address) ? &on_alias_write : &on_system_write;
    write(nullptr, address & 0xFFFU, bytes, value, engine);
  } else {
    on_device_write(nullptr, address - device->base, bytes, value, device);
  }
}

void ArmEngine::VectorBus::charge(std::uint32_t address, std::uint32_t bytes, std::uint32_t count,
                                  bool write) {
  const std::uint32_t offset = engine->helium_->state.pc - engine->accountant.current()->address;
  engine->accountant.vector_access(offset, address, bytes, count, write);
}

// Null for the system control space.
ArmEngine::DeviceWindow* ArmEngine::device_at(std::uint32_t address, std::uint32_t bytes,
                                              bool write) {
  for (const auto& window : windows_)
    if (address >= window->base && address - window->base <= window->size - bytes)
      return window.get();
  const bool core = address >> 12 == kSystemControl >> 12 || is_alias(address);
  if (!core || !privileged()) throw mve::AccessFault{address, write, false};
  return nullptr;
}

}  // namespace mcusim
