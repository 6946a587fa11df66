"""``musegen.sample``: tunes from a saved model alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from musegen.api.components import built_renderers, load_model, named_component, with_files
from musegen.errors import ArtifactError, MusegenError
from musegen.models.composer import Composer, Home, check_wishes
from musegen.models.sample_options import Sample
from musegen.models.saved_model import read_about
from musegen.options import option_faults
from musegen.progress import Reporter, Silent
from musegen.protocols.notations import Notation
from musegen.run.rendering import Rendering
from musegen.run.results import NewTune
from musegen.writing import clear_os_errors, filled


def sample(
    model: Path | str,
    folder: Path | str,
    *,
    seed: int = 0,
    renderers: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    reporter: Reporter | None = None,
    **options: Any,
) -> tuple[NewTune, ...]:
    """Write tunes from a saved model alone to ``folder``: ``001.abc``, ``001.mid``, ...

    ``options`` are those of ``[sample]``: ``tunes``, ``key``, ``temperature``, ... ``plugins`` are the files
    of plugins that the model's pipeline named and that are not installed. Raises MusegenError for a
    file that is no model, a component it names that is not installed, or an option out of bounds.
    """
    reporter = reporter or Silent()
    found, model, folder = with_files(plugins), Path(model), Path(folder)
    asked = _sample_options(options)
    if not 0 <= seed <= 2**31 - 1:
        raise MusegenError(f"seed: must lie in 0 to {2**31 - 1} (got {seed})")
    writers = built_renderers(found, renderers)
    about = read_about(model)
    trained = load_model(found, model, about)
    tokenizer = named_component(found, model, "tokenizer", about["tokenizer"]).load(
        about["tokenizer"].get("state")
    )
    notation: Notation = named_component(found, model, "notation", about["notation"])
    home = Home.load(about["notation"].get("home"))
    check_wishes(asked, notation, tokenizer, (), home)
    fields = about["notation"]["fields"]
    for field in notation.wished(asked.wishes(home.tonic if home else "")):
        if field not in fields:
            reporter.say(f"{model}: its corpus never had the field {field}; it has not learned what it means")
    name = about["notation"]["name"]
    composer = Composer(trained, tokenizer, notation, name, fields, asked, home)
    composition = composer.compose(seed, reporter.begin("sample").advance)
    valid = sum(draw.judgement.valid for draw in composition.draws)
    reporter.finish("sample", f"{valid} of {len(composition.draws)} draws valid")
    tunes = []
    with clear_os_errors(folder), filled(folder, "choose another folder") as made:
        rendering = Rendering(writers, made)
        for number, draw in enumerate(composition.kept, 1):
            text = made / f"{number:03}.{name}"
            text.write_bytes(draw.tune.text.encode())
            paths = [text, *(rendering.tune(draw.score, text.stem) if draw.score is not None else ())]
            files = {path.suffix: folder / path.name for path in paths}
            faults = tuple(str(fault) for fault in draw.judgement.faults)
            tunes.append(NewTune(number, draw.tune.title, draw.tune.text, name, draw.seed, faults, files))
            if faults:
                reporter.say(f"{folder / text.name}: {'; '.join(faults)}")
        rendering.finish()
    return tuple(tunes)


def demo_model() -> Path:
    """The file of the model that comes with musegen. Raises ArtifactError where it was left out."""
    path = Path(__file__).parent.parent / "demo" / "model.safetensors"
    if not path.is_file():
        raise ArtifactError(f"{path}: no such file; install musegen anew, or name a model")
    return path


def _sample_options(options: dict[str, Any]) -> Sample:
    try:
        return Sample.model_validate(options)
    except ValidationError as error:
        raise MusegenError("\n".join(map(str, option_faults(error)))) from None
