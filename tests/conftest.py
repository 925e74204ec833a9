"""Settings of all tests."""

from hypothesis import settings

# the first example of a property imports what it needs, and a busy machine is slow: time proves nothing
settings.register_profile("ie", deadline=None)
settings.load_profile("ie")
