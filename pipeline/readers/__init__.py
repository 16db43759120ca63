"""Readers: a delivered file, in whatever format, becomes the relations of the schema `landing`."""

from pipeline.readers.landed import read
from pipeline.readers.loaded import Loaded
from pipeline.readers.profile import Profile, adopt, profile

__all__ = ["Loaded", "Profile", "adopt", "profile", "read"]
