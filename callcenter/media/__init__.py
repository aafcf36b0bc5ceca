"""Sound as files: prompts spoken by espeak-ng, the waiting tune, tones and their detector, measuring of recordings.

Everything here works on files and arrays and blocks while it does; whoever serves calls runs it in a thread.
"""

import warnings

with warnings.catch_warnings():
    # pydub complains at its import that no ffmpeg is on the PATH; ours comes from a wheel and is named in `media.recordings`.
    warnings.simplefilter("ignore")
    import pydub as _pydub  # noqa: F401
