"""Every sentence of a recap carries a registered claim, and every claim has its sentence."""

import pytest

from tests.claims.register import claim_faults, import_all
from tests.notebooks import every_notebook, load, name_of

CLAIMS = import_all()


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_claims_and_sentences_match(path):
    found = claim_faults(load(path), name_of(path), CLAIMS)
    assert not found, "\n".join(found)


def test_every_claim_belongs_to_a_notebook():
    assert {claim.notebook for claim in CLAIMS.values()} <= {name_of(p) for p in every_notebook()}
