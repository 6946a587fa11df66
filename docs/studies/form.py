"""What gives tunes form: ``python docs/studies/form.py``.

For each collection at hand the model of ``examples/pipeline.toml`` is trained on canonical text in C: plain,
with bar copies, with the sense of place, with both, with memory besides, and with recall besides. A row has
the losses of a run in bits a note, the difference to the plain text for the test tunes (``musegen compare``,
95 % interval), and what ``musegen evaluate`` finds in 400 draws at temperature 1, unselected; figures of the
test tunes are in brackets. Some minutes a row.
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
    "copies, place and memory": {"copies": True, "place": True, "memory": True},
    "copies, place, memory and recall": {"copies": True, "place": True, "memory": True, "recall": True},
}
RECALL = 0.1
FIGURES = ("eight_bar_strains", "aabb", "bars_again_4", "last_tonic")


def trained(tunes: Path, name: str, way: dict[str, bool], others: list[str]) -> musegen.Run:
    """The run of the example on the tunes of a file, in one of the ways, in a folder beside it."""
    text = PIPELINE.read_text()
    prepare, sample, evaluate = (text.index(f"[{table}]") for table in ("prepare", "sample", "evaluate"))
    parts = [
        f'[run]\nfolder = "{name}"\nseed = 7\n',
        f'[[corpus]]\nuse = "abc"\npaths = ["{tunes.name}"]\n',
        text[prepare:sample],
        "[sample]\ntunes = 1\nattempts = 1\n",
        text[evaluate:],
    ]
    pipeline = tunes.with_name("pipeline.toml")
    pipeline.write_text("\n".join(parts))
    settings = [
        f"prepare.copies={json.dumps(way.get('copies', False))}",
        f"model.place={json.dumps(way.get('place', False))}",
        f"model.memory={json.dumps(way.get('memory', False))}",
        f"model.recall={RECALL * way.get('recall', False)}",
    ]
    return musegen.load(pipeline, [*settings, *others]).run(musegen.Silent())


def share(value: float | None) -> str:
    """As a percentage; a dash where no tune has it."""
    return "–" if value is None else f"{100 * value:.0f} %"


def cells(run: musegen.Run) -> list[str]:
    """Validity, AUC and figures of its draws."""
    found: dict[str, Any] = json.loads((run.folder / "evaluation.json").read_text())
    by_name = {each["name"]: each for each in found["descriptors"]}
    auc = f"{found['classifier']['auc']['value']:.3f}" if found["classifier"] else "–"
    figures = [
        f"{share(by_name[name]['new']['value'])} ({share(by_name[name]['real']['value'])})"
        for name in FIGURES
    ]
    return [share(found["validity"]["new"]["value"]), auc, *figures]


def main() -> None:
    """Print the table."""
    parser = flags(__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs/form"), help="folder of the runs")
    parser.add_argument(
        "--ways", nargs="+", default=list(WAYS), choices=WAYS, help="rows of the table; by default all"
    )
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
        for way in arguments.ways:
            options = WAYS[way]
            run = trained(file, way.replace(",", "").replace(" ", "-"), options, arguments.set)
            losses = [f"{run.report[f'{part}_bits_a_note']:.3f}" for part in ("validation", "test")]
            apart = ""
            if options and (folder / "plain").exists():
                found = musegen.compare(run.folder, folder / "plain").differences
                one = next(each for each in found if (each.of, each.unit) == ("model", "bits_a_note"))
                apart = f"{one.difference:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
            row(name, way, *losses, apart, *cells(run))


if __name__ == "__main__":
    main()
