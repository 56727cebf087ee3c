"""First vectors for the tokens from how they stand together in the texts (PPMI, then a truncated SVD)."""

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

Ids = NDArray[np.int32]


def first_vectors(
    flat: Ids, starts: NDArray[np.int64], size: int, dimension: int, window: int = 6, seed: int = 0
) -> NDArray[np.float32]:
    """(size, dimension) unit rows; zero where a token never stands beside another.

    flat: token ids of all texts, one after another; starts: where each text begins. Positive pointwise mutual
    information with the context distribution smoothed by 0.75 and rows U·S^0.5 (Levy, Goldberg and Dagan 2015),
    by subspace iteration (Halko, Martinsson and Tropp 2011).
    """
    together = _counts(flat, starts, size, window)
    rows = np.asarray(together.sum(axis=1)).ravel()
    smooth = rows**0.75
    smooth /= smooth.sum()
    coo = together.tocoo()
    information = np.log(coo.data / (rows[coo.row] * smooth[coo.col]))
    keep = information > 0
    ppmi = sparse.csr_matrix((information[keep].astype(np.float32), (coo.row[keep], coo.col[keep])), shape=(size, size))
    vectors = _leading(ppmi, dimension, seed)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0).astype(np.float32)


def _counts(flat: Ids, starts: NDArray[np.int64], size: int, window: int) -> sparse.csr_matrix:
    text_of = np.zeros(len(flat), dtype=np.int32)
    text_of[starts[1:][starts[1:] < len(flat)]] = 1
    text_of = np.cumsum(text_of, dtype=np.int32)
    total = sparse.csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, window + 1):
        same = text_of[distance:] == text_of[:-distance]
        left, right = flat[:-distance][same], flat[distance:][same]
        weight = np.full(len(left), 1.0 / distance, dtype=np.float32)
        total = total + sparse.csr_matrix((weight, (left, right)), shape=(size, size))
    total = total + total.T
    total.data[total.data < 0.4] = 0
    total.eliminate_zeros()
    # Id 0 is the unknown token: it says nothing of its neighbours.
    known = np.ones(size, dtype=np.float32)
    known[0] = 0
    mask = sparse.diags(known)
    return (mask @ total @ mask).tocsr()


def _leading(matrix: sparse.csr_matrix, dimension: int, seed: int, rounds: int = 3) -> NDArray[np.float32]:
    generator = torch.Generator().manual_seed(seed)
    with warnings.catch_warnings():
        # torch calls its sparse rows a beta each time; a product is all that is asked of them.
        warnings.simplefilter("ignore")
        held = torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int64)),
            torch.from_numpy(matrix.indices.astype(np.int64)),
            torch.from_numpy(matrix.data),
            size=matrix.shape,
        )
    basis = torch.randn(matrix.shape[0], dimension + 32, generator=generator)
    for _ in range(rounds):
        basis, _ = torch.linalg.qr(held @ basis)
    image = held @ basis
    values, turn = torch.linalg.eigh(basis.T @ image)
    order = values.abs().argsort(descending=True)[:dimension]
    return (basis @ turn[:, order] * values[order].abs().sqrt()).numpy()
