"""What each error owes."""

import pytest

from ringback.sdp import errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.MalformedSdp, 400, 32102),
        (errors.EmptySdp, 400, 32103),
        (errors.NoCommonCodec, 488, 32102),
        (errors.SecureMediaRefused, 488, 32207),
        (errors.UnusableAddress, 488, 32102),
    ],
)
def test_each_error_knows_its_status_and_code(error: type[errors.SdpError], status: int, code: int) -> None:
    assert (error.status, error.code) == (status, code)
    assert issubclass(error, errors.SdpError)
