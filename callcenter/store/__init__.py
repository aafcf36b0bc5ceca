"""Where everything that lasts is kept: the event log on raw drivers, and rows through SQLAlchemy. Decides nothing about calls."""
