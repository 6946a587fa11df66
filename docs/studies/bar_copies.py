"""What folding bars that come again does: ``python docs/studies/bar_copies.py``.

For each collection at hand, canonical and in C, folded by several ways to choose among the lags at which an
equal bar stands: characters, and what n-grams, without and with a memory of the tune so far, need for the
validation tunes in bits a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from common import Given, chosen, flags, head, row
from musegen import Dataset, Notation, Prepare, Problem, Silent, TrainingJob, installed_plugins
from musegen.corpus.corpus import Corpus
from musegen.corpus.reading import read_corpus
from musegen.corpus.splitting import Split
from musegen.models.encoding import encode_part
from musegen.models.language import Language
from musegen.models.losses import Scale, figures
from musegen_abc.copies import Choice, choose_lag, fold
from musegen_abc.notation import AbcNotation

WAYS: dict[str, Choice | None] = {
    "not at all": None,
    "that of the bar before, else 4, 8, 16, 2, 1, 12, 6, 3, else the least": choose_lag,
    "4, 8, 16, 2, 1, 12, 6, 3, else the least": lambda before, lags: choose_lag(0, lags),
    "that of the bar before, else the least": lambda before, lags: before if before in lags else lags[0],
    "that of the bar before, else the greatest": lambda before, lags: before if before in lags else lags[-1],
    "the least": lambda before, lags: lags[0],
    "the greatest": lambda before, lags: lags[-1],
}
SEED = 7


class Folding(AbcNotation):
    """ABC that chooses lags in its own way."""

    def __init__(self, choose: Choice) -> None:
        super().__init__()
        self._choose = choose

    def fold(self, text: str) -> str:
        """Folded in that way."""
        return fold(text, self._choose)

    def unfold(self, text: str) -> tuple[str, Sequence[Problem]]:
        """No text is drawn here."""
        raise NotImplementedError


def bits_a_note(corpus: Corpus, notation: Notation, *, copies: bool) -> list[float | None]:
    """Of an n-gram without and with memory, for the validation tunes."""
    plugins = installed_plugins()
    char, ngram = plugins.tokenizer("char"), plugins.model("ngram")
    unread = Language("abc", notation, char.build(char.options()).train([]), copies=copies)
    tokenizer = char.build(char.options()).train([unread.folded(tune.text) for tune in corpus.tunes])
    language = Language("abc", notation, tokenizer, copies=copies)
    train, validation = (encode_part(corpus, part, language) for part in ("train", "validation"))
    dataset = Dataset(tokenizer.vocabulary, train, validation)
    scale, needed = Scale(corpus.part("validation"), language), []
    for memory in (False, True):
        trainer = ngram.build(ngram.options.model_validate({"memory": memory}))
        with TemporaryDirectory() as folder:
            job = TrainingJob(SEED, Path(folder), Silent().begin("model"), {})
            model = trainer.train(dataset, job).model
        needed.append(figures(scale.losses(model))["bits_a_note"])
    return needed


def main() -> None:
    """Print the table."""
    arguments = flags(__doc__).parse_args()
    prepare = Prepare(fields=("X", "T", "R", "M", "L", "K"), canonical=True, tonic="C")
    head("collection", "a bar's lag", "characters", "n-gram", "with memory")
    for name, tunes in chosen(arguments):
        corpus = read_corpus(
            [Given(tunes)], {"abc": AbcNotation()}, prepare, Split(), SEED, lambda _: None, lambda *_: None
        )
        for way, choose in WAYS.items():
            notation = Folding(choose or choose_lag)
            texts = [notation.fold(tune.text) if choose else tune.text for tune in corpus.tunes]
            needed = bits_a_note(corpus, notation, copies=choose is not None)
            row(name, way, f"{sum(map(len, texts)):,}", *(f"{bits:.3f}" for bits in needed if bits))


if __name__ == "__main__":
    main()
