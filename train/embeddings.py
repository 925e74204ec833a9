"""Embeddings of which only the rows that a run uses are weights to learn.

Most rows of a large vocabulary occur in no training text. Their gradients are always zero, and still they
would be added up, clipped and stepped, and take three times their own memory.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel


class UsedRows(nn.Module):
    """Looks tokens up as the embedding that it is made of does, and learns only the rows `used`.

    These learn exactly as they would in the whole table; the others stay as they are, without weight decay.
    Its state is the whole table under the name `weight`, so checkpoints are those of an ordinary embedding.
    """

    table: Tensor
    used: Tensor
    place: Tensor

    def __init__(self, embedding: nn.Embedding, used: Tensor) -> None:
        """Take the ids `used`, int64, each once; the row of padding never learns."""
        super().__init__()
        table = embedding.weight.detach()
        used = used[used != (-1 if embedding.padding_idx is None else embedding.padding_idx)]
        place = torch.full((len(table),), -1)
        place[used] = torch.arange(len(used))
        self.weight = nn.Parameter(table[used])
        for name, value in {"table": table, "used": used, "place": place}.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the rows of `ids`, used or not."""
        place = self.place[ids]
        learned = nn.functional.embedding(place.clamp(min=0), self.weight)
        return torch.where((place < 0)[..., None], nn.functional.embedding(ids, self.table), learned)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:  # noqa: ARG002 torch's
        destination[f"{prefix}weight"] = self.table.index_copy(0, self.used, self.weight.detach())

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *_args: Any) -> None:
        whole = state_dict[f"{prefix}weight"]
        self.table.copy_(whole)
        with torch.no_grad():
            self.weight.copy_(whole[self.used.to(whole.device)])


def learn_used_rows(model: PreTrainedModel, used: Tensor) -> None:
    """Let `model` learn only the rows `used`, distinct ids, of its token embeddings."""
    embedding: Any = model.get_input_embeddings()
    model.set_input_embeddings(UsedRows(embedding, used))
