"""The simulated carrier: the phone network of `callcenter.simulation` in real time, for the demo and for tests."""
