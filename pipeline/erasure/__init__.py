"""Erase a patient everywhere; only the fact of the erasure is kept."""

from pipeline.erasure import cut, ledger, orphan_cleanup, patient
from pipeline.erasure.cut import fill_if_blank, in_packed
from pipeline.erasure.ids import patient_id_of
from pipeline.erasure.ledger import LEDGER
from pipeline.erasure.patient import Erasure, erase
from pipeline.erasure.tokens import tokens_of

__all__ = [
    "LEDGER",
    "Erasure",
    "cut",
    "erase",
    "fill_if_blank",
    "in_packed",
    "ledger",
    "orphan_cleanup",
    "patient",
    "patient_id_of",
    "tokens_of",
]
