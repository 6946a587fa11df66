"""The sense of place over tokens, compiled and in Python."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

import musegen_abc.places
from helpers.invented import jig
from musegen import ArtifactError, Tokens, Vocabulary, VocabularyError, installed_plugins
from musegen.models.about import About
from musegen.models.language import Language
from musegen.models.tune_model import load_language, with_places
from musegen_abc.notation import AbcNotation
from musegen_abc.place import Place
from musegen_abc.places import PythonPlaces, abc_places

try:
    from musegen_reading import AbcPlaces
except ImportError:
    AbcPlaces = PythonPlaces  # type: ignore[assignment, misc]

Kind: TypeAlias = type[AbcPlaces] | type[PythonPlaces]

TEXTS = ("", "X:1\nM:6/8\nL:1/8\nK:G\n", "A", "B2", "|", ":|\n", "cd", "e|1f", "\U0001d11e")
TOKENS = np.array([0, 1, 2, 3, 4, 6, 7, 5, 8, 2, 0], np.int32)


@pytest.fixture(params=["compiled", "python"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each machine."""
    if request.param == "compiled":
        pytest.importorskip("musegen_reading", reason="needs the compiled extension")
        return AbcPlaces
    return PythonPlaces


def test_values_follow_each_token(kind: Kind) -> None:
    """Those of Place after all characters up to there; a mark changes nothing."""
    place, expected = Place(), []
    for token in TOKENS:
        for character in TEXTS[token]:
            place.take(character)
        expected.append(place.features())
    rows = kind(TEXTS).rows(TOKENS)
    assert rows.dtype == np.int32
    assert rows.tolist() == [list(values) for values in expected]
    assert len(np.unique(rows, axis=0)) > 5
    assert kind(TEXTS).sizes == Place.sizes
    assert kind(TEXTS).remembered == Place.remembered
    assert (rows < Place.sizes).all()


def test_the_first_features_alone(kind: Kind) -> None:
    """As a model reads them that was trained when there were no more, or that leaves out what was heard."""
    places = kind(TEXTS)
    rows = places.rows(TOKENS)
    for count, remembered in ((1, 0), (8, 0), (9, 1), (len(Place.sizes), Place.remembered)):
        first = places.first(count)
        assert (first.sizes, first.remembered) == (Place.sizes[:count], remembered)
        assert np.array_equal(first.rows(TOKENS), rows[:, :count])
        reader = first.begin()
        copy = reader.copy()
        assert reader.read(1) == copy.read(1) == places.begin().read(1)[:count]
    assert places.first(8).first(3).sizes == Place.sizes[:3]


@pytest.mark.parametrize(("count", "most"), [(0, 14), (15, 14), (-1, 14), (4, 3)])
def test_numbers_of_features_that_are_not_there(kind: Kind, count: int, most: int) -> None:
    """They are refused in one line."""
    with pytest.raises(ValueError, match=rf"^count: from 1 to {most} expected \(got {count}\)$"):
        kind(TEXTS).first(most).first(count)


def test_a_reader_tells_the_same(kind: Kind) -> None:
    """Token by token; NumPy's numbers are tokens too."""
    places = kind(TEXTS)
    reader = places.begin()
    rows = places.rows(TOKENS).tolist()
    assert [list(reader.read(token)) for token in TOKENS.tolist()] == rows
    again = places.begin()
    assert [list(again.read(token)) for token in TOKENS] == rows
    assert all(type(value) is int for value in again.read(2))


def test_copies_go_on_by_themselves(kind: Kind) -> None:
    """Also where the reader that was copied is gone, and what it was made of."""
    places = kind(TEXTS)
    rows = [tuple(row) for row in places.rows(TOKENS).tolist()]
    reader = places.begin()
    for at, token in enumerate(TOKENS.tolist()):
        copy = reader.copy()
        for other in (1, 5, 7, 2):
            copy.read(other)
        last = reader.copy()
        assert reader.read(token) == rows[at]
    del places, reader, copy
    assert last.read(int(TOKENS[-1])) == rows[-1]


def test_it_can_be_pickled(kind: Kind) -> None:
    """And tells the same."""
    places = kind(TEXTS)
    again = pickle.loads(pickle.dumps(places))
    assert type(again) is type(places)
    assert np.array_equal(again.rows(TOKENS), places.rows(TOKENS))
    assert pickle.loads(pickle.dumps(places.first(3))).sizes == places.sizes[:3]


@pytest.mark.parametrize("token", [-1, 9, 2**31, -(2**40), 2**70])
def test_numbers_that_are_no_tokens(kind: Kind, token: int) -> None:
    """They are refused in one line, and change nothing."""
    places = kind(TEXTS)
    reader, other = places.begin(), places.begin()
    reader.read(1)
    other.read(1)
    message = rf"^tokens: each from 0 to below 9 expected \(got {token}\)$"
    with pytest.raises(ValueError, match=message):
        reader.read(token)
    assert reader.read(2) == other.read(2)
    if abs(token) < 2**31:
        with pytest.raises(ValueError, match=message):
            places.rows(np.array([1, 2, token, 3], np.int32))
    with pytest.raises(TypeError):
        reader.read(1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tokens",
    [
        np.zeros(3, np.int64),
        np.zeros(3, ">i4"),
        np.zeros((3, 1), np.int32),
        np.array(1, np.int32),
        np.zeros(3, np.float32),
        [1, 2],
    ],
    ids=["int64", "big-endian", "2-d", "0-d", "float", "list"],
)
def test_arrays_that_are_no_tokens(
    kind: Kind, tokens: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
) -> None:
    """What is expected and what was given is said."""
    with pytest.raises(ValueError, match=r"^tokens: int32 \(n,\) expected \(got .+ \(.*\)\)$"):
        kind(TEXTS).rows(tokens)


def test_arrays_of_any_layout(kind: Kind) -> None:
    """Empty ones, views with gaps, and such as cannot be written to."""
    places = kind(TEXTS)
    assert places.rows(TOKENS[:0]).shape == (0, len(Place.sizes))
    gaps = np.repeat(TOKENS, 2)[::2]
    assert np.array_equal(places.rows(gaps), places.rows(TOKENS))
    constant = TOKENS.copy()
    constant.setflags(write=False)
    assert np.array_equal(places.rows(constant), places.rows(TOKENS))


def test_without_any_text(kind: Kind) -> None:
    """No number is a token then."""
    with pytest.raises(ValueError, match="from 0 to below 0 expected"):
        kind([]).begin().read(0)
    assert kind([]).rows(TOKENS[:0]).shape == (0, len(Place.sizes))


def test_the_notation_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled, or in Python where the extension is missing."""
    text = jig(3)
    symbols = sorted(set(text))
    tokens = np.array([symbols.index(character) for character in text], np.int32)
    places = AbcNotation().places(symbols)
    assert type(places) is AbcPlaces
    monkeypatch.setattr(musegen_abc.places, "AbcPlaces", None)
    twin = abc_places(symbols)
    assert type(twin) is PythonPlaces
    assert np.array_equal(twin.rows(tokens), places.rows(tokens))


class Placed:
    """A model that reads features of these sizes, as far as loading looks at it."""

    def __init__(self, *sizes: int) -> None:
        self.place_sizes = sizes
        self.given: object = None

    def with_places(self, places: object) -> Placed:
        """The same, which keeps them."""
        self.given = places
        return self

    def generate(self) -> None:
        """Is not called."""

    nats = save = generate


def test_a_model_is_given_the_places_that_it_was_trained_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of notation and tokenizer, and only if it reads any; others are refused in one line."""
    about = {
        "model": {"name": "keras-lstm", "version": 1},
        "tokenizer": {"name": "char", "version": 1, "options": {}, "state": {"characters": "AB|\\n"}},
        "notation": {"name": "abc", "version": 1, "options": {}, "fields": []},
    }

    def language() -> Language:
        return load_language(tmp_path, About.of(tmp_path, about), installed_plugins())

    def given(*sizes: int) -> Any:
        model: Any = Placed(*sizes)
        assert with_places(tmp_path, model, language()) is model
        return model.given

    assert given() is None
    for count in (8, len(Place.sizes)):
        places = given(*Place.sizes[:count])
        assert places.rows(np.array([0, 2], np.int32)).shape == (2, count)
    with pytest.raises(ArtifactError, match=r'features of 9, 9 values, and the notation "abc" .* tells 18, '):
        given(9, 9)
    monkeypatch.delattr(AbcNotation, "places")
    with pytest.raises(ArtifactError, match='the notation "abc" that is installed tells none; use the'):
        given(9, 9)


def test_a_token_without_a_text_of_its_own_has_no_place() -> None:
    """A tokenizer that needs several tokens for one character: musegen then goes without."""

    class Halves:
        vocabulary = Vocabulary("ab")

        def decode(self, tokens: Tokens) -> str:
            if len(tokens) < 2:
                raise VocabularyError("half a character")
            return "a"

    tokenizer: Any = Halves()
    assert Language("abc", AbcNotation(), tokenizer).places is None
