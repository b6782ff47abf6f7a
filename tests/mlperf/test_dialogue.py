"""The runner's side of the dialogue, against a scripted firmware."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcusim.errors import UsageError
from mcusim.mlperf import MODELS, Dialogue, DialogueError
from mcusim.mlperf.dialogue import Answer
from mcusim.mlperf.models import find_model


class FakeFirmware:
    """Answers commands as the published firmware does."""

    def __init__(self, buffer_bytes: int = 490, infer: str | None = None) -> None:
        self.commands: list[str] = []
        self.loaded = b""
        self.buffer_bytes = buffer_bytes
        self.expected = 0
        self.sent = b""
        self.infer = infer or (
            "m-warmup-start-1\r\nm-warmup-done\r\nm-infer-start-300\r\nm-lap-us-39580997\r\n"
            "m-lap-us-52544608\r\nm-infer-done\r\nm-results-[0.000,0.996,0.004]\r\n"
        )

    def write(self, data: bytes) -> None:
        assert data.endswith(b"%")
        command = data[:-1].decode()
        assert len(command) <= 80
        self.commands.append(command)
        self.sent += (self._answer(command) + "m-ready\r\n").encode()

    def _answer(self, command: str) -> str:
        words = command.split()
        if words[0] == "db" and words[1] == "load":
            self.expected = int(words[2])
            if self.expected > self.buffer_bytes:
                return f"Supplied buffer size {words[2]} exceeds maximum of {self.buffer_bytes}\n"
            return f"m-[Expecting {words[2]} bytes]\r\n"
        if words[0] == "db":
            self.loaded += bytes.fromhex(words[1])
            return "m-load-done\r\n" if len(self.loaded) == self.expected else ""
        return {
            "name": "m-name-dut-[STMicroelectronics]\r\n",
            "profile": "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\n",
            "infer": self.infer,
        }.get(words[0], f"e-[Unknown command: {words[0]}]\r\n")

    def expect(self, pattern: re.Pattern[bytes], timeout_s: float) -> re.Match[bytes]:
        match = pattern.search(self.sent)
        assert match is not None
        self.sent = self.sent[match.end() :]
        return match


def test_name_and_model_are_read() -> None:
    dialogue = Dialogue(FakeFirmware())
    assert dialogue.command("name").tagged("name") == "STMicroelectronics"
    assert dialogue.command("profile").tagged("model") == "kws01"


def test_input_is_loaded_in_the_runner_s_portions() -> None:
    firmware = FakeFirmware()
    data = MODELS["kws"].generated_input()
    Dialogue(firmware).load(data)
    assert firmware.loaded == data
    assert firmware.commands[0] == "db load 490"
    assert firmware.commands[1] == "db " + data[:31].hex()
    assert len(firmware.commands) == 1 + 16


def test_an_input_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(DialogueError, match=r"no input of 3072 bytes.*exceeds maximum of 490"):
        Dialogue(FakeFirmware()).load(bytes(3072))


def test_lost_bytes_are_noticed() -> None:
    firmware = FakeFirmware()
    firmware.expected = 0
    dialogue = Dialogue(firmware)
    firmware.loaded = b"x"  # one too many: the end is never met
    with pytest.raises(DialogueError, match="m-load-done"):
        dialogue.load(bytes(490))


def test_inference_gives_time_stamps_and_scores() -> None:
    answer = Dialogue(FakeFirmware()).infer(300, 1)
    assert answer.laps_us == [39580997, 52544608]
    assert answer.elapsed_us == 12963611
    assert answer.scores == [0.0, 0.996, 0.004]


def test_an_error_of_the_firmware_is_told() -> None:
    with pytest.raises(DialogueError, match="rejects 'frob': Unknown command: frob"):
        Dialogue(FakeFirmware()).command("frob")


@pytest.mark.parametrize("results", ["", "m-results-[x]\r\n"])
def test_inference_without_results_is_an_error(results: str) -> None:
    firmware = FakeFirmware(infer=f"m-infer-done\r\n{results}")
    with pytest.raises(DialogueError, match="results"):
        Dialogue(firmware).infer(1, 0)


def test_time_stamps_may_wrap() -> None:
    assert Answer(["m-lap-us-4294967290", "m-lap-us-10"]).elapsed_us == 16


def test_time_stamps_may_be_missing() -> None:
    with pytest.raises(DialogueError, match="gave 1 of the 2 time stamps"):
        _ = Answer(["m-lap-us-1"]).elapsed_us


@pytest.mark.parametrize("mode", ["performance", "energy"])
def test_the_mode_is_read(mode: str) -> None:
    assert Answer([f"m-timestamp-mode-{mode}", "m-init-done"]).mode == mode
    assert Answer(["m-timestamp-mode-other"]).mode is None


def test_models_have_the_sizes_that_the_runner_sends() -> None:
    sizes = {name: model.input_bytes for name, model in MODELS.items()}
    assert sizes == {"ad": 2560, "ic": 3072, "kws": 490, "vww": 27648}
    for model in MODELS.values():
        assert len(model.generated_input()) == model.input_bytes
        assert model.generated_input() == model.generated_input()
        assert find_model(model.code) is model
    assert find_model("sww01") is None


def test_a_sample_must_have_its_model_s_size(tmp_path: Path) -> None:
    sample = tmp_path / "sample.bin"
    sample.write_bytes(bytes(5120))
    with pytest.raises(UsageError, match="5120 bytes; kws takes 490 bytes"):
        MODELS["kws"].read_input(sample)
    assert MODELS["ad"].read_input(sample) == bytes(2560)  # the first window of a recording
    with pytest.raises(UsageError, match="No such file"):
        MODELS["ad"].read_input(tmp_path / "none.bin")
