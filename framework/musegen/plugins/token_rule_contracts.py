"""What the token rules of a notation must give back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musegen.plugins.checked import Checked, Contract, shown


def told_rules(this: Checked, found: object, *given: object) -> Checked:
    """What ``token_rules`` of a notation gives."""
    return this.made(found, TOKEN_RULES)


def _begun(this: Checked, found: object, *given: object) -> object:
    # A compiled reader is called from C, and the sampler checks what it allows.
    return found if hasattr(found, "__musegen_constraint__") else this.made(found, _READER)


def _allowed(this: Checked, found: object, *given: object) -> NDArray[np.bool_]:
    if not isinstance(found, np.ndarray) or found.dtype != np.bool_ or found.ndim != 1:
        raise this.fault(f"allow() gives {shown(found)}, not bool of shape (V,)")
    return found


_READER = Contract("musegen.TokenRuleReader", ("allow", "take", "copy"), {"allow": _allowed, "copy": _begun})
TOKEN_RULES = Contract("musegen.TokenRules", ("begin",), {"begin": _begun})
