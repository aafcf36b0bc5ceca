#!/bin/sh
# `make pbx`; everything is in callcenter/operations/pbx. Arguments: NAME=value, as make was given them.
cd "$(dirname "$0")/../.." && exec .venv/bin/python -m callcenter.operations.pbx "$@"
