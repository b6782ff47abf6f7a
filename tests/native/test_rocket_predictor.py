"""The E31's branch predictor: what it learns, and how much it holds (FE310-G002 manual, 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from mcusim import _native
from mcusim.timing.record import BranchKind

RIGHT, LATE, WRONG = range(3)
PLACE = 0x20010104
"""The instruction after a branch."""
TARGET = 0x2001F080
BTB_ENTRIES, RAS_ENTRIES = 28, 6


def judged(
    predictor: _native.RocketPredictor, kind: BranchKind, targets: Iterable[int], at: int = PLACE
) -> list[int]:
    return [predictor.judge(kind, at, target, True) for target in targets]


def test_a_branch_never_taken_is_right_from_the_start() -> None:
    assert judged(_native.RocketPredictor(), BranchKind.CONDITIONAL, [PLACE] * 5) == [RIGHT] * 5


def test_a_loop_is_wrong_until_its_history_is_all_taken_and_at_its_end() -> None:
    predictor = _native.RocketPredictor()
    first = judged(predictor, BranchKind.CONDITIONAL, [*[TARGET] * 40, PLACE])
    # A direction is learnt for each folded history of eight branches; then the loop goes well.
    assert first[0] == WRONG
    assert first[9:40] == [RIGHT] * 31
    assert first[40] == WRONG


def test_an_alternating_branch_is_learnt_by_its_history() -> None:
    predictor = _native.RocketPredictor()
    outcomes = judged(predictor, BranchKind.CONDITIONAL, [TARGET, PLACE] * 40)
    assert WRONG in outcomes[:10]
    assert outcomes[20:] == [RIGHT] * 60


def test_a_jump_is_late_once_and_right_then() -> None:
    assert judged(_native.RocketPredictor(), BranchKind.JUMP, [TARGET] * 3) == [LATE, RIGHT, RIGHT]


def test_a_jump_whose_lateness_costs_nothing_takes_no_entry() -> None:
    predictor = _native.RocketPredictor()
    assert [predictor.judge(BranchKind.JUMP, PLACE, TARGET, False) for _ in range(3)] == [LATE] * 3


def test_an_indirect_jump_goes_where_it_went_last() -> None:
    targets = [TARGET, TARGET, TARGET + 8, TARGET + 8, TARGET]
    assert judged(_native.RocketPredictor(), BranchKind.INDIRECT, targets) == [
        *(WRONG, RIGHT, WRONG, RIGHT, WRONG)
    ]


def test_returns_are_predicted_by_the_stack_as_deep_as_it_is() -> None:
    for depth in (RAS_ENTRIES, RAS_ENTRIES + 1):
        predictor = _native.RocketPredictor()
        calls = [0x20010000 + 0x100 * n for n in range(depth)]
        for at in calls:
            predictor.judge(BranchKind.CALL, at, TARGET, True)
        outcomes = [
            predictor.judge(BranchKind.RETURN, 0x20020000 + 0x100 * n, at, True)
            for n, at in enumerate(reversed(calls))
        ]
        assert outcomes == [LATE] * RAS_ENTRIES + [WRONG] * (depth - RAS_ENTRIES)


def test_a_return_without_a_call_is_wrong() -> None:
    assert judged(_native.RocketPredictor(), BranchKind.RETURN, [TARGET]) == [WRONG]


def test_the_target_buffer_holds_28_branches() -> None:
    for count, expected in ((BTB_ENTRIES, RIGHT), (BTB_ENTRIES + 1, LATE)):
        predictor = _native.RocketPredictor()
        places = [0x20010000 + 0x40 * n for n in range(count)]
        for _ in range(2):
            outcomes = [predictor.judge(BranchKind.JUMP, at, TARGET, True) for at in places]
        # One more than it holds, in turn, throws out each before it comes again.
        assert outcomes == [expected] * count


def test_two_branches_of_one_packet_have_an_entry_each() -> None:
    predictor = _native.RocketPredictor()
    for _ in range(2):
        first = predictor.judge(BranchKind.JUMP, 0x20010102, TARGET, True)
        second = predictor.judge(BranchKind.JUMP, 0x20010104, TARGET + 4, True)
    assert (first, second) == (RIGHT, RIGHT)
