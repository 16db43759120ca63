"""The pack that decides where nobody names one: that of the site's setting."""

from pipeline.core import DEFAULT_PACK, InvalidProtocol, settings, variable_of
from pipeline.protocol.pack import load


def deciding_pack(pack=None, *, check=lambda loaded: loaded):
    """The Pack of this name or path; without one, that of `B12_PROTOCOL`, else the shipped one.

    check: returns a Pack that can be used, and raises InvalidProtocol for another. Raises
    InvalidProtocol, which names the setting where the pack comes from there.
    """
    by_setting = settings().protocol
    try:
        return check(load(pack or by_setting))
    except InvalidProtocol as error:
        if pack or by_setting == DEFAULT_PACK:
            raise
        raise InvalidProtocol(f"${variable_of('protocol')}: {error}") from None
