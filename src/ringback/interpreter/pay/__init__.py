"""`<Pay>`: a payment by keys (twiml.md section 16).

`secret` keeps digits out of every text, `card` and `field` say what is valid, `prompts` what the caller hears,
`dialogue` asks, and `connector` is where a payment goes: a protocol, and a processor for test cards.
"""
