"""Checks what an sdist and a wheel contain: every package, no C source but the public header in the wheel, no tests in it."""

import sys
import tarfile
import zipfile

PACKAGES = (
    "musegen musegen_abc musegen_char musegen_corpora musegen_keras musegen_measures musegen_midi "
    "musegen_mitdeeplearning musegen_musicxml musegen_ngram musegen_nmd musegen_sampling musegen_training musegen_wav"
)
sdist, wheel = sys.argv[1:]
with tarfile.open(sdist) as archive:
    source = {name.partition("/")[2] for name in archive.getnames()}
with zipfile.ZipFile(wheel) as archive:
    built = set(archive.namelist())
wanted = {"README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "setup.py", "pyproject.toml"}
wanted |= {"examples/pipeline.toml", "docs/studies/README.md", "ext/musegen_sampling/csrc/kernels.h"}
wanted |= {"tests/test_architecture.py", "tests/helpers/invented.py", "tests/ext/targets/main.c"}
wanted |= {"tests/data/abc2midi_differences.toml"}
problems = [f"sdist lacks {name}" for name in sorted(wanted - source)]
for package in PACKAGES.split():
    problems += [
        f"wheel lacks {package}/{name}"
        for name in ("__init__.py", "py.typed")
        if f"{package}/{name}" not in built
    ]
public = {  # for plugins that are compiled
    f"musegen_sampling/{name}" for name in ("constraint.h", "constraint.pxd", "inputs.h", "inputs.pxd")
}
problems += [f"wheel lacks {name}" for name in sorted(public - built)]
kinds = ("corpus-reader", "notation", "tokenizer", "model", "renderer", "rule", "measure")
templates = {
    f"musegen/plugins/templates/{kind}/{name}.py.txt" for kind in kinds for name in ("plugin", "test")
}
templates |= {f"musegen/plugins/templates/common/{name}.txt" for name in ("pyproject.toml", "README.md")}
templates |= {"musegen/testing/__init__.py", "musegen/pytest_plugin.py"}
templates |= {
    f"musegen/demo/{name}"
    for name in ("model.safetensors", "melodies.npz", "pipeline.toml", "losses.json", "LICENCE.md")
}
problems += [f"wheel lacks {name}" for name in sorted(templates - built)]
problems += [
    f"sdist lacks framework/{name}" for name in sorted(templates) if f"framework/{name}" not in source
]
problems += [
    f"wheel holds {name}" for name in sorted(built - public) if name.endswith((".c", ".h", ".pyx", ".pxd"))
]
problems += [
    f"wheel holds {name}"
    for name in sorted(built)
    if name.startswith(("tests", "helpers", "benchmarks", "docs", ".ci"))
]
for extension in ("musegen_sampling/_sampling.", "musegen_training/_training."):
    if not any(extension in name and name.endswith((".so", ".pyd")) for name in built):
        problems.append(f"wheel holds no compiled {extension}")
print("\n".join(problems) or f"{len(source)} files in the sdist, {len(built)} in the wheel")
sys.exit(bool(problems))
