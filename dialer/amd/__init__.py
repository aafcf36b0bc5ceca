"""Who answered: a person, a machine or a fax, told from the sound of the first seconds; and when a machine's beep is over.

`Detector` is fed frame by frame and says `Verdict`, perhaps a correction of it, and `BeepHeard`. Persons come first: what is not
known when the time for the decision is over counts as a person. `settings` has every number with its unit and source.
"""
