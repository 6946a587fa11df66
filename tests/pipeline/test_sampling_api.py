"""``musegen.sample`` and ``musegen.open_model``: tunes from a saved model alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import musegen
from musegen import demo_model

SECOND_WAV = '''\
"""Two renderers: one whose suffix ends as that of ``wav`` does, and one that fails."""

from musegen import MusegenError, Options, component, hookimpl


class NoOptions(Options):
    """They have no options."""


class Other:
    suffix = ".other.wav"

    def render(self, score, path):
        path.write_bytes(b"not the sound of wav")


class Failing:
    suffix = ".fail"

    def render(self, score, path):
        raise MusegenError("no paper")


@hookimpl
def musegen_renderers():
    return [
        component("other", version=1, options=NoOptions, build=lambda options: Other()),
        component("failing", version=1, options=NoOptions, build=lambda options: Failing()),
    ]
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin file with the renderers ``other`` and ``failing``."""
    path = tmp_path / "renderers.py"
    path.write_text(SECOND_WAV)
    return path


def test_renderers_whose_suffixes_end_alike_keep_their_files_apart(tmp_path: Path, plugin: Path) -> None:
    """A tune's ``.wav`` is what ``wav`` wrote, whatever else ends so."""
    tunes = musegen.sample(
        demo_model(), tmp_path / "out", tunes=2, renderers=["wav", "other"], plugins=[plugin]
    )
    for tune in tunes:
        assert tune.wav == tmp_path / "out" / f"{tune.number:03}.wav"
        assert tune.wav.read_bytes()[:4] == b"RIFF"
        assert tune.files[".other.wav"].read_bytes() == b"not the sound of wav"


def test_one_suffix_may_stand_for_a_longer_one(tmp_path: Path, plugin: Path) -> None:
    """Where only the other renderer wrote sound, that is the tune's."""
    (tune,) = musegen.sample(demo_model(), tmp_path / "out", tunes=1, renderers=["other"], plugins=[plugin])
    assert tune.wav.name == "001.other.wav"


def test_a_tune_that_cannot_be_rendered_is_kept_with_the_reason(tmp_path: Path, plugin: Path) -> None:
    """As in a run: the text is there, and so are the files of the other tunes."""
    tunes = musegen.sample(demo_model(), tmp_path / "out", tunes=2, renderers=["failing"], plugins=[plugin])
    assert [path.name for path in sorted((tmp_path / "out").glob("0*"))] == ["001.abc", "002.abc"]
    assert all("render: no paper" in tune.faults for tune in tunes)


def test_a_model_is_opened_once_and_asked_many_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it gives is what its file gives; the file is not read again."""
    model = musegen.open_model(demo_model())
    expected = musegen.sample(demo_model(), tmp_path / "file", tunes=2, key="G", seed=4)
    monkeypatch.setattr("musegen.models.about.read_about", lambda path: pytest.fail("read again"))
    opened = musegen.sample(model, tmp_path / "opened", tunes=2, key="G", seed=4)
    assert [tune.text for tune in opened] == [tune.text for tune in expected]
    again = musegen.sample(model, tmp_path / "again", tunes=2, seed=5)
    assert [tune.text for tune in again] != [tune.text for tune in expected]


def test_a_new_tune_has_its_text_under_the_name_of_its_notation(tmp_path: Path) -> None:
    """And says what it has instead where another notation is asked for."""
    (tune,) = musegen.sample(demo_model(), tmp_path / "out", tunes=1)
    assert tune.abc == tune.text == tune.text_file.read_text("utf-8")
    with pytest.raises(AttributeError, match='no attribute nmd; it is in the notation "abc"'):
        _ = tune.nmd


def test_a_tune_says_why_it_has_no_file(tmp_path: Path, plugin: Path) -> None:
    """Its text cannot be read, a renderer failed, or nobody asked; and getattr takes a default instead."""
    options = {"tunes": 1, "keep": "all", "max_length": 3}
    short = musegen.sample(demo_model(), tmp_path / "short", renderers=["midi"], **options)
    failed = musegen.sample(
        demo_model(), tmp_path / "failed", tunes=1, renderers=["failing"], plugins=[plugin]
    )
    bare = musegen.sample(demo_model(), tmp_path / "bare", tunes=1)
    for (tune,), why in (
        (short, r"tune 1 has no \.mid file: its text cannot be read \(.*note"),
        (failed, r"tune 1 has no \.mid file: it could not be rendered \(no paper\)"),
        (bare, r'tune 1 has no \.mid file; add \[\[render\]\] use = "midi"'),
    ):
        with pytest.raises(musegen.ArtifactError, match=why):
            _ = tune.midi
        with pytest.raises(AttributeError, match=why):
            _ = tune.midi
        assert getattr(tune, "wav", None) is None
        assert not hasattr(tune, "midi")
