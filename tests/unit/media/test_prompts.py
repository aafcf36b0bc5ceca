"""What is said in which voice, and what happens where espeak-ng is missing. Its own voice is heard in tests/integration."""

import pytest

from callcenter.kernel.center import Label
from callcenter.kernel.ids import PromptId
from callcenter.media.prompts import SpeechFault, file_name, make_prompts, pieces


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("For English, press 1.", "zh", [("For English, press 1.", "en")]),
        ("中文服务请按2。", "en", [("中文服务请按2。", "zh")]),
        ("请访问 Harbor Lane 网站。", "zh", [("请访问", "zh"), ("Harbor Lane", "en"), ("网站。", "zh")]),
        ("请按1。", "zh", [("请按1。", "zh")]),
    ],
)
def test_each_script_has_its_own_voice(sentence, language, expected):
    assert list(pieces(sentence, language)) == expected


def test_the_file_is_named_for_the_exchange():
    assert file_name("welcome", "zh") == "zh/welcome.wav"


def test_without_espeak_the_message_names_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechFault, match="apt-get install espeak-ng"):
        make_prompts({PromptId("welcome"): Label("Hello.", "您好。")}, ["en", "zh"], tmp_path / "prompts")
