"""The Hugging Face Hub: fetching the few files that a runtime needs, publishing, comparing hashes.

`huggingface_hub` does the work. The server is `HF_ENDPOINT`, the cache `HF_HUB_CACHE`; a token is the
argument, else `HF_TOKEN`, else the stored login, as everywhere in the Hugging Face libraries.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, errors, snapshot_download
from huggingface_hub.utils.tqdm import tqdm

from .checkpoint import GRAPH_FILE, ONNX_FILES, TORCH_FILES, RuntimeName, weights_files
from .errors import CheckpointError, HubError, IEError

logger = logging.getLogger(__name__)

BASE_PATTERNS = ("config.json", "tokenizer.json", "tokenizer_config.json", "ie.json")
_SAFETENSORS = (*TORCH_FILES, "model-*-of-*.safetensors")
_WEIGHTS = (*_SAFETENSORS, GRAPH_FILE, "onnx/*.onnx", "onnx/*.onnx_data", "onnx/*.onnx.data")
PUBLISHED = (
    *BASE_PATTERNS,
    *("README.md", "LICENSE", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt"),
    *_WEIGHTS,
)
TIMEOUT_SECONDS = 10.0

_COMMIT = re.compile(r"[0-9a-f]{40}")
_PLANS: Mapping[RuntimeName | None, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
    # int8 alone where it exists; a model above 2 GB has its data beside the file, under a longer name
    "onnx": (ONNX_FILES, [[f"{name}*"] for name in ONNX_FILES]),
    # the graph takes its weights from the safetensors
    "openvino": (
        weights_files("openvino"),
        [[GRAPH_FILE, *_SAFETENSORS], [f"{ONNX_FILES[-1]}*"]],
    ),
    "torch": (TORCH_FILES, [_SAFETENSORS]),
    None: ((), [[]]),
}


class Progress(tqdm):
    """A progress bar for people: on terminals only, and gone when it is done."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        hidden = settings.pop("disable", False) or not logger.isEnabledFor(logging.WARNING)
        # None lets tqdm ask whether there is a terminal
        settings |= {"disable": True if hidden else None, "leave": False}
        super().__init__(*args, **settings)  # type: ignore[no-untyped-call]


def fetch_checkpoint(
    repo_id: str,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: Path | None = None,
    runtime: RuntimeName | None = "onnx",
) -> tuple[Path, str]:
    """Return the folder in the cache and the commit hash of a model after fetching what `runtime` needs.

    Of several weights files the first that exists is fetched: int8 before fp32 for onnx. None fetches
    the configuration and tokenizer alone. Raises `HubError` on trouble with the Hub and
    `CheckpointError` where a file that is needed is not there, or the Hub silent and it is not in the cache.
    """
    names, plans = _PLANS[runtime]
    wanted = revision
    for plan in plans:
        patterns = (*BASE_PATTERNS, *plan)
        folder, wanted = fetch(repo_id, revision=wanted, token=token, cache_dir=cache_dir, patterns=patterns)
        if not names or any((folder / name).is_file() for name in names):
            break
    else:
        advice = "" if runtime == "torch" else ": run `ie model export` on it or use `--runtime torch`"
        raise _lack(repo_id, wanted, token, f"{' or '.join(names)}{advice}")
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise _lack(repo_id, wanted, token, name)
    return folder, wanted


def _lack(repo_id: str, commit: str | None, token: str | None, files: str) -> CheckpointError:
    """Return the error for files that did not come: the Hub has none, or what is cached is not all."""
    with _as_hub_errors(repo_id, commit):
        if _silence(repo_id, commit, token):
            return CheckpointError(_not_cached(None, repo_id, commit))
    return CheckpointError(f"{repo_id}@{commit} on the Hub has no {files}.")


def fetch(
    repo_id: str,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: Path | None = None,
    patterns: Sequence[str],
) -> tuple[Path, str]:
    """Return the snapshot folder that holds the files matching `patterns`, and its commit hash.

    What is in the cache is not fetched again, and where the Hub cannot be reached the cache has to do,
    which is logged. `revision` is a branch, a tag or a commit; None is the main branch.
    """
    with _as_hub_errors(repo_id, revision):
        folder = snapshot_download(
            repo_id,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            allow_patterns=list(patterns),
            local_files_only=not _is_reachable(repo_id, revision, token),
            etag_timeout=TIMEOUT_SECONDS,
            tqdm_class=Progress,
            endpoint=_endpoint(),
        )
        return Path(folder), Path(folder).name


def find_cached(
    repo_id: str, *, revision: str | None = None, cache_dir: Path | None = None
) -> tuple[Path, str]:
    """Return the snapshot folder of a model and its commit hash without asking the Hub.

    Raises `HubError` where the model was never fetched.
    """
    with _as_hub_errors(repo_id, revision):
        folder = snapshot_download(
            repo_id,
            revision=revision,
            cache_dir=cache_dir,
            allow_patterns=["config.json"],
            local_files_only=True,
            tqdm_class=Progress,
        )
        return Path(folder), Path(folder).name


def push(
    folder: Path, repo_id: str, *, private: bool = False, token: str | None = None, message: str | None = None
) -> str:
    """Upload the checkpoint in `folder`, to a new model if there is none; return the commit's URL.

    Only the files of a checkpoint are uploaded (`PUBLISHED`), not logs or training states beside them; the
    same commit removes weights that the model had before and `folder` lacks.
    """
    api = HfApi(endpoint=_endpoint(), token=token)
    with _as_hub_errors(repo_id, None):
        name = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        commit = api.upload_folder(
            repo_id=name,
            folder_path=folder,
            allow_patterns=list(PUBLISHED),
            # weights of an earlier push would be taken for those of this one
            delete_patterns=list(_WEIGHTS),
            commit_message=message or "Upload a checkpoint of ie",
        )
    return commit.commit_url


def verify(folder: Path, repo_id: str, *, revision: str | None = None, token: str | None = None) -> list[str]:
    """Return one sentence for each file of `folder` that differs from `revision` on the Hub.

    Compared are the SHA-256 of large files and git's blob hash of others. Files that were not fetched
    are no difference.
    """
    api = HfApi(endpoint=_endpoint(), token=token)
    with _as_hub_errors(repo_id, revision):
        found = api.verify_repo_checksums(repo_id, revision=revision, local_dir=folder)
    return [
        f"{folder / item['path']} differs from the Hub: its {item['algorithm']} is {item['actual']}, "
        f"not {item['expected']}."
        for item in found.mismatches
    ]


def _is_reachable(repo_id: str, revision: str | None, token: str | None) -> bool:
    """Return whether to ask the Hub; raises what it answers if that is a refusal.

    A commit never changes, so whether its files are cached is known without asking.
    """
    if revision is not None and _COMMIT.fullmatch(revision):
        return True
    silence = _silence(repo_id, revision, token)
    if silence:
        level, reason = silence
        logger.log(level, "The Hub cannot be used (%s): looking for %s in the cache.", reason, repo_id)
    return not silence


def _silence(repo_id: str, revision: str | None, token: str | None) -> tuple[int, str] | None:
    """Return how loud to say that the Hub cannot be used, and why; None where it can. Raises its refusal."""
    try:
        HfApi(endpoint=_endpoint(), token=token).model_info(
            repo_id, revision=revision, timeout=TIMEOUT_SECONDS
        )
    except (errors.HfHubHTTPError, ValueError) as error:
        # it answered; too busy (429) or broken (5xx) is no better than absent
        status = error.response.status_code if isinstance(error, errors.HfHubHTTPError) else 0
        if status != 429 and status < 500:
            raise
        return logging.WARNING, f"it answers {status}"
    except errors.OfflineModeIsEnabled:
        # the user said so
        return logging.INFO, "offline mode"
    except Exception as error:  # noqa: BLE001 (every HTTP library that huggingface_hub has used raises its own)
        return logging.WARNING, type(error).__name__
    return None


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


@contextmanager
def _as_hub_errors(repo_id: str, revision: str | None) -> Iterator[None]:
    """Turn what `huggingface_hub` and its HTTP library raise into one sentence of `HubError`."""
    try:
        yield
    except (IEError, AttributeError, NameError, TypeError):
        # the latter are mistakes in a program, and no news from the network
        raise
    except Exception as error:
        raise HubError(_sentence(error, repo_id, revision)) from error


def _sentence(error: Exception, repo_id: str, revision: str | None) -> str:
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence(error, repo_id, revision)
    reason = " ".join(str(error).split())[:200]
    return (
        f"The connection to the Hub failed over {repo_id} ({type(error).__name__}: {reason}): "
        "run it again, files that are complete are kept."
    )


def _on_status(error: Any, repo_id: str, _revision: str | None) -> str:
    status = error.response.status_code
    if status == 401:
        return f"The Hub does not accept the token (401) for {repo_id}: log in again or set HF_TOKEN."
    if status == 403:
        return f"The token may not do this with {repo_id} on the Hub (403)."
    reason = error.server_message or "no reason given"
    return f"The Hub answers {status} about {repo_id}: {' '.join(reason.split())[:200]}."


def _not_cached(_error: Any, repo_id: str, revision: str | None) -> str:
    return (
        f"{repo_id} at revision {revision or 'main'!r} is not (or not wholly) in the cache, there is no "
        "folder of this name here, and the Hub was not or cannot be asked: fetch it while online."
    )


_SENTENCES: Sequence[tuple[type[Exception], Callable[[Any, str, str | None], str]]] = (
    (
        errors.GatedRepoError,
        lambda _e, repo, _r: f"Access to {repo} is gated: accept its terms on the Hub, then use a token.",
    ),
    (
        errors.RevisionNotFoundError,
        lambda _e, repo, revision: f"{repo} has no revision {revision!r} on the Hub.",
    ),
    (
        errors.RepositoryNotFoundError,
        lambda _e, repo, _r: (
            f"There is no model {repo!r}, neither as a folder here nor on the Hub; "
            "if it is private, a token that may read it is needed (HF_TOKEN)."
        ),
    ),
    (errors.LocalEntryNotFoundError, _not_cached),
    (errors.EntryNotFoundError, lambda _e, repo, _r: f"A file of {repo} is missing on the Hub."),
    (
        errors.HFValidationError,
        lambda _e, repo, _r: f"{repo!r} is not an id of a model on the Hub ('org/name').",
    ),
    (errors.HfHubHTTPError, _on_status),
)
