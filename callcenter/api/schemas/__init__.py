"""Every body that the API takes or gives, and every message of its WebSocket, as msgspec Structs.

One file per subject. Nothing here decides or looks anything up. A field without a default is required; a request refuses
fields that it does not know, and every answer has all its fields, so that `null` always means "there is none".
"""
