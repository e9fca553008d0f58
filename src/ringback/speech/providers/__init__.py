"""The speech engines, one module each. An engine is loaded when it first speaks or listens, not when it is imported.

What runs the models may not tell its maker about it: ONNX Runtime reads this variable once, when it is loaded.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
