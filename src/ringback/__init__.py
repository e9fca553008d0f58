"""Ringback runs Twilio voice apps on your own machine: SIP in, TwiML out."""

__version__ = "0.1.0"
