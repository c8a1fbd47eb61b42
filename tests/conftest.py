"""What all tests share: properties have no deadline, since a busy machine is not a bug."""

from hypothesis import settings

settings.register_profile("dosepass", deadline=None)
settings.load_profile("dosepass")
