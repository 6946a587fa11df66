"""What the form of a text does to it: ``python docs/studies/entropy.py``.

For each collection at hand, written as it is prepared by default, canonically, under one tonic, and both:
characters, vocabulary, and what an n-gram (interpolated Witten-Bell, order chosen on the validation tunes)
needs for the test tunes, in nats a character and in bits a note. Only the last stays comparable when the text
changes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from common import Given, chosen, flags, head, row
from musegen import Dataset, Prepare, Silent, TrainingJob, installed_plugins
from musegen.corpus.corpus import Corpus
from musegen.corpus.reading import read_corpus
from musegen.corpus.splitting import Split
from musegen.models.encoding import encode_part
from musegen.models.language import Language
from musegen.models.losses import Scale, figures as loss_figures
from musegen_ngram.model import NgramModel

FORMS = {
    "as prepared": {},
    "canonical": {"canonical": True},
    "tonic C": {"tonic": "C"},
    "canonical, tonic C": {"canonical": True, "tonic": "C"},
}
SEED = 7


def figures(corpus: Corpus) -> tuple[int, int, int, float, float]:
    """Characters, vocabulary, order, and nats a character and bits a note of the test tunes."""
    plugins = installed_plugins()
    char, ngram, abc = plugins.tokenizer("char"), plugins.model("ngram"), plugins.notation("abc")
    tokenizer = char.build(char.options()).train([tune.text for tune in corpus.tunes])
    notation = abc.build(abc.options())
    language = Language("abc", notation, tokenizer)
    encoded = {part: encode_part(corpus, part, language) for part in ("train", "validation")}
    dataset = Dataset(tokenizer.vocabulary, **encoded)
    trainer = ngram.build(ngram.options())
    with TemporaryDirectory() as folder:
        job = TrainingJob(SEED, Path(folder), Silent().begin("model"), {})
        model = trainer.train(dataset, job).model
    assert isinstance(model, NgramModel)
    measured = loss_figures(Scale(corpus.part("test"), language).losses(model))
    nats, bits = measured["nats"], measured["bits_a_note"]
    assert nats is not None
    assert bits is not None
    characters = sum(len(tune.text) for tune in corpus.tunes)
    symbols = len(set("".join(tune.text for tune in corpus.tunes)))
    return characters, symbols, model.order, nats, bits


def main() -> None:
    """Print the table."""
    arguments = flags(__doc__).parse_args()
    abc = installed_plugins().notation("abc")
    notations = {"abc": abc.build(abc.options())}
    head("collection", "form", "characters", "vocabulary", "order", "nats a character", "bits a note")
    for name, tunes in chosen(arguments):
        parts: dict[str, str] = {}  # the same tunes are held out whatever the form
        for form, options in FORMS.items():
            prepare = Prepare.model_validate(options)
            corpus = read_corpus(
                [Given(tunes)], notations, prepare, Split(), SEED, lambda line: None, lambda done, total: None
            )
            parts = parts or {
                tune.source: part for tune, part in zip(corpus.tunes, corpus.parts, strict=True)
            }
            corpus = Corpus(corpus.tunes, tuple(parts.get(tune.source, "train") for tune in corpus.tunes))
            characters, symbols, order, a_character, a_note = figures(corpus)
            row(name, form, f"{characters:,}", symbols, order, f"{a_character:.3f}", f"{a_note:.2f}")


if __name__ == "__main__":
    main()
