"""A request as a message on Asterisk's socket."""

import msgspec

from callcenter.telephony.asterisk.requests import Request


def frame(request_id: str, request: Request) -> bytes:
    """The request as a message on the socket; its reply names `request_id`."""
    message: dict[str, object] = {
        "type": "RESTRequest",
        "transaction_id": request_id,
        "request_id": request_id,
        "method": request.method,
        "uri": request.path.removeprefix("/"),
        "query_strings": [{"name": name, "value": value} for name, value in request.query],
    }
    if request.body:
        message["content_type"] = "application/json"
        message["message_body"] = request.body
    return msgspec.json.encode(message)
