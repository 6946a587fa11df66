"""What gives tunes form: ``python docs/studies/form.py``.

For each collection at hand the model of ``examples/pipeline.toml`` is trained on canonical text in C: plain,
with bar copies, with the sense of place, and with both. A row has the losses of a run in bits a note, the
difference to the plain text for the test tunes (``musegen compare``, 95 % interval), and what ``musegen
evaluate`` finds in 400 draws at temperature 1, unselected; figures of the test tunes are in brackets. Some
minutes a row.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import musegen
from common import chosen, flags, head, row

PIPELINE = Path(__file__).parents[2] / "examples" / "pipeline.toml"
WAYS = {
    "plain": {},
    "copies": {"copies": True},
    "place": {"place": True},
    "copies and place": {"copies": True, "place": True},
}
FIGURES = ("eight_bar_strains", "aabb", "bars_again_4", "last_tonic")


def trained(tunes: Path, folder: Path, way: dict[str, bool], others: list[str]) -> musegen.Run:
    """The run of the example on the tunes of a file, in one of the ways."""
    settings = [
        f'run.folder="{folder}"',
        "sample.tunes=1",
        "sample.attempts=1",
        f"prepare.copies={json.dumps(way.get('copies', False))}",
        f"model.place={json.dumps(way.get('place', False))}",
        f'corpus=[{{use="abc", paths=["{tunes}"]}}]',
        *others,
    ]
    return musegen.load(PIPELINE, settings).run(musegen.Silent())


def cells(run: musegen.Run) -> list[str]:
    """Validity, AUC and figures of its draws."""
    found: dict[str, Any] = json.loads((run.folder / "evaluation.json").read_text())
    by_name = {each["name"]: each for each in found["descriptors"]}
    auc = found["classifier"]["auc"]["value"] if found["classifier"] else float("nan")
    shares = [
        f"{100 * by_name[name]['new']['value']:.0f} % ({100 * by_name[name]['real']['value']:.0f})"
        for name in FIGURES
    ]
    return [f"{100 * found['validity']['new']['value']:.0f} %", f"{auc:.3f}", *shares]


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs/form"), help="folder of the runs")
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="as for `musegen run`")
    arguments = parser.parse_args()
    head(
        *("collection", "text", "validation", "test", "test: difference to plain", "valid draws", "AUC"),
        *("eight-bar strains", "AABB", "bars again 4 later", "last note the tonic"),
    )
    for name, tunes in chosen(arguments):
        folder = arguments.runs.resolve() / name.split(",")[0].split(".")[0].lower()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "tunes.abc"
        file.write_text("\n\n".join(tune.text.strip() for tune in tunes) + "\n")
        for way, options in WAYS.items():
            run = trained(file, folder / way.replace(" ", "-"), options, arguments.set)
            losses = [f"{run.report[f'{part}_bits_a_note']:.3f}" for part in ("validation", "test")]
            apart = ""
            if options:
                found = musegen.compare(run.folder, folder / "plain").differences
                one = next(each for each in found if (each.of, each.unit) == ("model", "bits_a_note"))
                apart = f"{one.difference:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
            row(name, way, *losses, apart, *cells(run))


if __name__ == "__main__":
    main()
