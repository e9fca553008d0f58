"""Where things are: the beginnings of paths, which every route and every URI in an answer has alike."""

ACCOUNTS = "/2010-04-01/Accounts"
ACCOUNT = "/2010-04-01/Accounts/{account_sid}"
"""Twilio's resources of one account."""

OWN_ACCOUNT = "/ringback/v1/Accounts/{account_sid}"
"""Our own resources of one account, beside Twilio's."""
