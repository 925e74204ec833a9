"""The machine and the versions that a measurement is of."""

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass

from .processor import cores, features, processor_name

# The instructions that products of matrices hang on, as Linux spells them: of x86, then of ARM.
TELLING = (
    *("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"),
    *("asimddp", "i8mm", "bf16"),
)
PACKAGES = ("ie", "onnxruntime", "openvino", "torch", "tokenizers", "numpy")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a speed hangs on: processor, its matrix instructions, cores we may use, system and versions."""

    processor: str
    features: tuple[str, ...]
    cores: int
    system: str
    python: str
    packages: Mapping[str, str]

    def __str__(self) -> str:
        """Return two lines for a reader."""
        packages = ", ".join(f"{name} {version}" for name, version in self.packages.items())
        instructions = " ".join(self.features) or "nothing known of its instructions"
        return f"{self.cores} cores of {self.processor} ({instructions})\nPython {self.python}, {packages}"


def this_machine() -> Machine:
    """Return what this machine is."""
    return Machine(
        processor=processor_name() or platform.processor() or platform.machine(),
        features=tuple(name for name in TELLING if name in features()),
        cores=cores(),
        system=platform.platform(),
        python=platform.python_version(),
        packages=_versions(),
    )


def _versions() -> dict[str, str]:
    """Return the versions of those of `PACKAGES` that are installed."""
    installed = {}
    for name in PACKAGES:
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed
