"""What holds for every test: no property is judged by the clock of a busy machine."""

from hypothesis import settings

settings.register_profile("kinerja", deadline=None)
settings.load_profile("kinerja")
