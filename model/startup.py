"""What a fresh process costs: seconds to its first result and peak memory, measured in a child process.

The child runs this module (`python -m ie.startup REQUEST`) and prints its answer as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import IEError

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class StartUp:
    """Seconds that a fresh process spends on each step, and its peak of resident memory in bytes.

    `process` is Python and what `import ie` loads at once; `imports` the rest of what extraction needs;
    `load` the checkpoint; `first` the entities and values of the first text. The peak is None where the
    system does not tell.
    """

    process: float
    imports: float
    load: float
    first: float
    peak_bytes: int | None

    def steps(self) -> dict[str, float]:
        """Return the seconds of each step by its name, in order."""
        return {"process": self.process, "imports": self.imports, "load": self.load, "first": self.first}

    @property
    def total(self) -> float:
        """Seconds from the start of the process to its first result."""
        return sum(self.steps().values())


def start_up(documents: Path, options: Mapping[str, Any], *, batch: bool = False) -> StartUp:
    """Return what a process costs that extracts the first document of a JSONL file, or with `batch` all.

    `options` are those of `Extractor.from_pretrained`, the reference as `ref`. Raises `IEError` where the
    process fails, with its last words.
    """
    request = json.dumps({"documents": str(documents), "options": dict(options), "batch": batch})
    started = time.time()
    # -P: a folder of the user's named like a package of ours must not be taken for it
    run = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "ie.startup", request], capture_output=True, text=True, check=False
    )
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        raise IEError(f"A fresh process failed with exit code {run.returncode}: {last}")
    begun, imported, loaded, first, peak = json.loads(run.stdout.splitlines()[-1])
    return StartUp(begun - started, imported - begun, loaded - imported, first - loaded, peak)


def peak_memory() -> int | None:
    """Return the largest resident memory of this process so far in bytes, None where nobody tells.

    On Linux it is `VmHWM`: the peak of getrusage(2) begins with that of the process that started this one.
    """
    try:
        lines = STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return _peak_of_usage()
    found = next((line for line in lines if line.startswith("VmHWM:")), None)
    return int(found.split()[1]) * 1024 if found else None


def _peak_of_usage() -> int | None:
    """Return the peak by getrusage(2), which only macOS counts in bytes and from the start of the program."""
    if sys.platform != "darwin":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _serve(request: Mapping[str, Any]) -> list[float | int | None]:
    begun = time.time()
    from .document import Document
    from .extractor import Extractor
    from .inputs import read_documents

    imported = time.time()
    extractor = Extractor.from_pretrained(**request["options"])
    loaded = time.time()
    documents = (item for item in read_documents([request["documents"]]) if isinstance(item, Document))
    extractor.extract(next(documents).text)
    first = time.time()
    for _ in extractor.extract_batch(documents) if request["batch"] else ():
        pass
    return [begun, imported, loaded, first, peak_memory()]


if __name__ == "__main__":
    # the clock of the parent is read in the child: the two agree on the time of day
    sys.stdout.write(json.dumps(_serve(json.loads(sys.argv[1]))) + "\n")
