"""Readers: a delivered file, in whatever format, becomes the relations of the schema `landing`."""

from pipeline.readers.landed import read
from pipeline.readers.loaded import Loaded
from pipeline.readers.profile import Profile
from pipeline.readers.profile_file import adopt, profile

__all__ = ["Loaded", "Profile", "adopt", "profile", "read"]
