"""The agent's desk: her phone, her presence, and the commands on the call in her hands. The hub decides; this only asks."""

import contextlib

from callcenter.api.errors import ApiError
from callcenter.api.promises import promised_hour
from callcenter.api.route import Ask
from callcenter.api.schemas import calls as c
from callcenter.api.schemas.common import DoneBody
from callcenter.api.schemas.session import IceServer, PhoneBody, PresenceRequest
from callcenter.kernel import commands
from callcenter.kernel.ids import AgentId, CallId, ContactId, OfferId, QueueId, TeamId
from callcenter.store.database import StoreFault
from callcenter.telephony.port import DeviceAccount


async def _do(ask: Ask, command: commands.AnyCommand) -> DoneBody:
    done = await ask.services.engine.ask(command)
    return DoneBody(call=done.call)


async def open_phone(ask: Ask) -> PhoneBody:
    """Makes the device's account for this log-in and seats the agent at it."""
    account = await ask.parts.phones.open(ask.agent, ask.who.log_in)
    return phone_body(account)


def phone_body(account: DeviceAccount) -> PhoneBody:
    return PhoneBody(
        kind="simulated" if account.kind == "simulated" else "jssip",
        device=account.device,
        uri=account.uri,
        user=account.user,
        password=account.password,
        socket=account.socket,
        ice_servers=[_ice_server(server) for server in account.ice_servers],
    )


def _ice_server(server: dict[str, str | list[str]]) -> IceServer:
    urls = server.get("urls", [])
    username, credential = server.get("username"), server.get("credential")
    return IceServer(
        urls=[urls] if isinstance(urls, str) else urls,
        username=username if isinstance(username, str) else None,
        credential=credential if isinstance(credential, str) else None,
    )


async def set_presence(ask: Ask) -> DoneBody:
    wanted = ask.read(PresenceRequest)
    if wanted.presence == "available":
        return await _do(ask, commands.SetAvailable(agent=ask.agent))
    if wanted.reason is None:
        raise ApiError("bad_request", "say why: one of the session's reasons", field="reason")
    return await _do(ask, commands.SetNotReady(agent=ask.agent, reason=wanted.reason))


async def reject_offer(ask: Ask) -> DoneBody:
    return await _do(ask, commands.RejectOffer(agent=ask.agent, offer=OfferId(ask.word("offer"))))


async def finish_wrap_up(ask: Ask) -> DoneBody:
    return await _do(ask, commands.FinishWrapUp(agent=ask.agent))


async def place_call(ask: Ask) -> DoneBody:
    wanted = ask.read(c.PlaceCallRequest)
    contact = None if wanted.contact is None else ContactId(wanted.contact)
    if contact is not None:
        await _is_there(ask, contact)
    return await _do(ask, commands.PlaceCall(agent=ask.agent, number=wanted.number, contact=contact, call=ask.new_call))


async def hold(ask: Ask) -> DoneBody:
    return await _do(ask, commands.Hold(agent=ask.agent, call=CallId(ask.word("call"))))


async def retrieve(ask: Ask) -> DoneBody:
    return await _do(ask, commands.Retrieve(agent=ask.agent, call=CallId(ask.word("call"))))


async def hang_up(ask: Ask) -> DoneBody:
    return await _do(ask, commands.HangUp(agent=ask.agent, call=CallId(ask.word("call"))))


async def transfer(ask: Ask) -> DoneBody:
    to: commands.Destination
    match ask.read(c.TransferRequest).to:
        case c.ToAgentBody(agent=agent):
            to = commands.ToAgent(agent=AgentId(agent))
        case c.ToQueueBody(queue=queue):
            to = commands.ToQueue(queue=QueueId(queue))
        case c.ToNumberBody(number=number):
            to = commands.ToNumber(number=number)
    return await _do(ask, commands.TransferBlind(agent=ask.agent, call=CallId(ask.word("call")), to=to))


async def set_disposition(ask: Ask) -> DoneBody:
    given, call = ask.read(c.DispositionRequest), CallId(ask.word("call"))
    if given.at is not None:
        with contextlib.suppress(StoreFault):  # the hub looks at the hours itself, and the gate is asked when the time has come
            await promised_hour(ask, call, given.at)
    said = commands.SetDisposition(
        agent=ask.agent,
        call=call,
        code=given.code,
        at=given.at,
        mine=given.whose == "mine",
        note=given.note,
        probability=given.probability,
        value=given.value,
        team=None if given.team is None else TeamId(given.team),
    )
    return await _do(ask, said)


async def choose_contact(ask: Ask) -> DoneBody:
    contact = ContactId(ask.read(c.ChooseContactRequest).contact)
    await _is_there(ask, contact)
    return await _do(ask, commands.ChooseContact(agent=ask.agent, call=CallId(ask.word("call")), contact=contact))


async def _is_there(ask: Ask, contact: ContactId) -> None:
    """The log must not name a contact that never was. A store that does not answer stops no call: the page has seen him there."""
    with contextlib.suppress(StoreFault):
        await ask.services.crm.contact(contact)
