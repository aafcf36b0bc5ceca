"""Settings and files turned into values, and the sample center. Only bootstrap, cli and tests import this package."""
