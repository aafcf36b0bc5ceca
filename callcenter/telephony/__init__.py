"""Carriers behind one port: Asterisk, the simulated carrier, later Twilio. No vendor's word leaves its own folder."""
