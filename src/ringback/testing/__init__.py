"""What users test their call flows with, and we ours: the same interpreter on a call in virtual time.

Public names (module in brackets):
- `VirtualApp` [app]: an app's answers by URL; `run_call(caller) -> Transcript` places a call and sees it through,
  `run_calls([...])` several that meet in conferences and queues. `Arrival` [arrival]: one of those, and when it comes.
- `AppRequest`, `AppResponse` [app_transport]: what a function of the app is given, and what else it may return.
- `Caller` [caller]: the person on the phone, as a script. `Phone` [phone]: who picks up when `<Dial>` rings.
- `PlacedCall` [placed_call]: a call that the app makes, for `place_call` and `run_calls`.
- `RunningCall` [running_call]: a call that runs, to be moved to another document or ended; `NotInProgress`.
- `Transcript` [transcript]: what was heard, asked, recorded and reported, second by second.
- `VirtualClock`, `run_in_virtual_time`, `NothingWillHappen` [clock]: time that a test turns.
- `VirtualCall` [virtual_call]: the door of a call (`call.control.CallControl`) without a network.
"""

from ringback.services.update_call import NotInProgress
from ringback.testing.app import VirtualApp
from ringback.testing.app_transport import AppRequest, AppResponse
from ringback.testing.arrival import Arrival
from ringback.testing.caller import Caller
from ringback.testing.clock import NothingWillHappen, VirtualClock, run_in_virtual_time
from ringback.testing.phone import Phone
from ringback.testing.placed_call import PlacedCall
from ringback.testing.running_call import RunningCall
from ringback.testing.transcript import Transcript
from ringback.testing.virtual_call import VirtualCall

__all__ = [
    "AppRequest",
    "AppResponse",
    "Arrival",
    "Caller",
    "NothingWillHappen",
    "NotInProgress",
    "Phone",
    "PlacedCall",
    "RunningCall",
    "Transcript",
    "VirtualApp",
    "VirtualCall",
    "VirtualClock",
    "run_in_virtual_time",
]
