"""`make pbx`: a private Asterisk and the service on it, for this machine or, over TLS, for others.

`options` and `network` say what is wanted and what this machine has; `certificate`, `center` and `exchange` make the parts;
`__main__` runs them. What a call does is not known here.
"""
