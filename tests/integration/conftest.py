"""What tests against a real Asterisk get."""

from tests.integration.exchange import own_pbx, pbx

__all__ = ["own_pbx", "pbx"]
