"""The speech engines, one module each. An engine is loaded when it first speaks or listens, not when it is imported."""
