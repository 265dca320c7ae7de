"""The encoder in torch: twelve layers, pooled to one vector, and a head for each task.

The layers are those of BERT (Devlin et al. 2019) with the norm after each part, in the
size of multilingual-e5-small (Wang et al. 2024): 384 wide, 12 heads of attention.
"""

import math
from collections.abc import Mapping, Sequence

import torch  # type: ignore[import-not-found]
from torch import Tensor, nn
from torch.nn import functional  # type: ignore[import-not-found]

WIDTH, LAYERS, HEADS, INNER, LONGEST = 384, 12, 12, 1536, 512
EPSILON = 1e-12
_DROPPED = 0.1  # of the pooled vector, in training


class Layer(nn.Module):  # type: ignore[misc]
    """Attention and a two-step perceptron, each added to its input and normed."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm_after = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` (posts, tokens, WIDTH); `mask` is added to the scores of attention."""
        posts, tokens, _ = x.shape
        shape = (posts, tokens, 3, HEADS, WIDTH // HEADS)
        q, k, v = self.qkv(x).view(shape).permute(2, 0, 3, 1, 4)
        # The library's fused attention has a slow way back on a CPU.
        scores = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + mask
        attended = (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2)
        x = self.norm(x + self.out(attended.reshape(posts, tokens, WIDTH)))
        after: Tensor = self.norm_after(x + self.down(functional.gelu(self.up(x))))
        return after


class EncoderNet(nn.Module):  # type: ignore[misc]
    """Piece numbers to one vector a post: the mean of its tokens, of length sqrt(384).

    `heads` gives the number of classes by task. The head `name@language` corrects the
    head `name` where the language is known.
    """

    def __init__(self, pieces: int, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Parameter(torch.zeros(LONGEST, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.heads = nn.ModuleDict(
            {name: nn.Linear(WIDTH, count) for name, count in heads.items()}
        )
        for head in self.heads.values():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, pieces: Tensor, real: Tensor) -> Tensor:
        """Vectors (posts, WIDTH) of `pieces` (posts, n); not `real` is padding."""
        mask = torch.zeros(real.shape, dtype=torch.bfloat16)
        mask = mask.masked_fill(~real, -1e4)[:, None, None, :]
        x = self.norm(self.words(pieces) + self.places[: pieces.shape[1]])
        for layer in self.layers:
            x = layer(x, mask)
        share = real.unsqueeze(-1).float()
        pooled = (x.float() * share).sum(1) / share.sum(1)
        return functional.normalize(pooled, dim=1) * math.sqrt(WIDTH)

    def logits(self, vectors: Tensor, names: Sequence[str]) -> list[Tensor]:
        """The named heads on the vectors, in training with some of them dropped."""
        vectors = functional.dropout(vectors, _DROPPED, self.training)
        return [self.heads[name](vectors) for name in names]
