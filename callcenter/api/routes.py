"""The route table: every REST route, who may use it, what goes in and what comes out. Nothing is served that is not here."""

from http import HTTPStatus

from callcenter.api.campaign_routes import CALLBACKS, CAMPAIGNS, DO_NOT_CALL, LISTS
from callcenter.api.handlers import audit, calls, center, customers, desk, session, statistics, users, webhooks, working
from callcenter.api.route import ADMIN, AGENT, ANALYSTS, ANYONE, EVERYONE, FLOOR, LISTENERS, OVERSEERS, READERS, Route
from callcenter.api.schemas import calls as c
from callcenter.api.schemas import center as d
from callcenter.api.schemas import customers as k
from callcenter.api.schemas import queries as q
from callcenter.api.schemas import session as s
from callcenter.api.schemas import statistics as t
from callcenter.api.schemas import users as u
from callcenter.api.schemas import webhooks as w
from callcenter.api.schemas import working as g
from callcenter.api.schemas.common import DoneBody

STATE = (HTTPStatus.CONFLICT,)
DIALS = (HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY)

SESSION = (
    Route(
        method="GET", path="/center", roles=ANYONE, handler=center.read_center, answer=s.CenterBody,
        summary="What the sign-in page shows",
    ),
    Route(
        method="POST", path="/session", roles=ANYONE, handler=session.sign_in, request=s.SignInRequest, answer=s.SessionBody,
        refusals=(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS), summary="Sign in",
    ),
    Route(
        method="GET", path="/session", roles=EVERYONE, handler=session.read_session, answer=s.SessionBody,
        with_one_time_password=True, summary="Who am I, and the words of my center",
    ),
    Route(
        method="PATCH", path="/session", roles=EVERYONE, handler=session.change_session, request=s.SessionPatch,
        answer=s.SessionBody, with_one_time_password=True, summary="Choose language and theme",
    ),
    Route(
        method="DELETE", path="/session", roles=EVERYONE, handler=session.sign_out, status=HTTPStatus.NO_CONTENT, refusals=STATE,
        with_one_time_password=True, summary="Sign out",
    ),
    Route(
        method="PUT", path="/session/password", roles=EVERYONE, handler=session.choose_password, request=s.PasswordRequest,
        answer=s.SessionBody, refusals=(HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
        with_one_time_password=True, summary="Choose my password; my other sessions end",
    ),
    Route(
        method="POST", path="/session/ticket", roles=EVERYONE, handler=session.give_ticket, answer=s.TicketBody,
        status=HTTPStatus.CREATED, summary="A ticket that opens one WebSocket of this session within 30 s",
    ),
)  # fmt: skip

USERS = (
    Route(
        method="GET", path="/users", roles=OVERSEERS, handler=users.list_users, answer=u.UserListBody, summary="The log-ins",
    ),
    Route(
        method="POST", path="/users", makes="rows", roles=ADMIN, handler=users.create_user, request=u.UserCreate,
        answer=u.OneTimeBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Make a log-in; the answer holds its one-time password, once",
    ),
    Route(
        method="PATCH", path="/users/{user}", roles=ADMIN, handler=users.change_user, request=u.UserPatch, answer=u.UserBody,
        refusals=STATE, summary="Change role, desk or teams of a log-in, or close it; its sessions end at once",
    ),
    Route(
        method="POST", path="/users/{user}/password", roles=ADMIN, handler=users.reset_password, answer=u.OneTimeBody,
        summary="Give a log-in a one-time password; its sessions end at once",
    ),
    Route(
        method="DELETE", path="/users/{user}/sessions", roles=ADMIN, handler=users.end_sessions, answer=u.EndedBody,
        summary="Sign somebody out everywhere",
    ),
    Route(
        method="GET", path="/audit", roles=OVERSEERS, handler=audit.read_audit, query=u.AuditQuery, answer=u.AuditBody,
        summary="Who did what, newest first",
    ),
)  # fmt: skip

DESK = (
    Route(
        method="POST", path="/me/phone", roles=AGENT, handler=desk.open_phone, answer=s.PhoneBody, refusals=DIALS,
        summary="Make my softphone's account for this log-in, and sit down at it",
    ),
    Route(
        method="PUT", path="/me/presence", roles=AGENT, handler=desk.set_presence, request=s.PresenceRequest, answer=DoneBody,
        refusals=STATE, summary="Be available, or not ready for a reason",
    ),
    Route(
        method="POST", path="/me/offers/{offer}/reject", roles=AGENT, handler=desk.reject_offer, answer=DoneBody,
        refusals=STATE, summary="Reject the call that rings at me",
    ),
    Route(
        method="POST", path="/me/wrap-up/finish", roles=AGENT, handler=desk.finish_wrap_up, answer=DoneBody, refusals=STATE,
        summary="End my wrap-up",
    ),
    Route(
        method="GET", path="/me/campaigns", roles=AGENT, handler=working.list_my_campaigns, answer=g.MyCampaignsBody,
        summary="The campaigns that I may work now, and the one that I work",
    ),
    Route(
        method="PUT", path="/me/campaign", roles=AGENT, handler=working.work, request=g.WorkRequest, answer=DoneBody,
        refusals=STATE, summary="Work a campaign besides my queues, whose calls go first, or none",
    ),
    Route(
        method="GET", path="/me/lead", roles=AGENT, handler=working.read_my_lead, answer=g.MyLeadBody,
        summary="The lead that I read in preview, or that my call is with",
    ),
    Route(
        method="POST", path="/me/leads/{attempt}/dial", makes="call", roles=AGENT, handler=working.dial_lead, answer=DoneBody,
        status=HTTPStatus.CREATED, refusals=DIALS, summary="Call the lead that I have read",
    ),
    Route(
        method="POST", path="/me/leads/{attempt}/skip", roles=AGENT, handler=working.skip_lead, answer=DoneBody, refusals=STATE,
        summary="Give the lead back; it comes to somebody later",
    ),
    Route(
        method="POST", path="/calls", makes="call", roles=AGENT, handler=desk.place_call, request=c.PlaceCallRequest,
        answer=DoneBody, status=HTTPStatus.CREATED, refusals=DIALS, summary="Call a number",
    ),
    Route(
        method="POST", path="/calls/{call}/hold", roles=AGENT, handler=desk.hold, answer=DoneBody, refusals=STATE,
        summary="Put the customer on hold",
    ),
    Route(
        method="POST", path="/calls/{call}/retrieve", roles=AGENT, handler=desk.retrieve, answer=DoneBody, refusals=STATE,
        summary="Take the customer off hold",
    ),
    Route(
        method="POST", path="/calls/{call}/hang-up", roles=AGENT, handler=desk.hang_up, answer=DoneBody, refusals=STATE,
        summary="End the call for everyone in it",
    ),
    Route(
        method="POST", path="/calls/{call}/transfer", roles=AGENT, handler=desk.transfer, request=c.TransferRequest,
        answer=DoneBody, refusals=STATE, summary="Hand the customer over to an agent, a queue or a number, and leave",
    ),
    Route(
        method="PUT", path="/calls/{call}/disposition", roles=AGENT, handler=desk.set_disposition, request=c.DispositionRequest,
        answer=DoneBody, refusals=STATE, summary="Set the outcome",
    ),
    Route(
        method="PUT", path="/calls/{call}/contact", roles=AGENT, handler=desk.choose_contact, request=c.ChooseContactRequest,
        answer=DoneBody, refusals=STATE, summary="Say which contact the call is with",
    ),
)  # fmt: skip

CALLS = (
    Route(
        method="GET", path="/calls", roles=READERS, handler=calls.find_calls, query=q.CallQuery, answer=c.CallListBody,
        summary="Calls that match, or those behind a figure",
    ),
    Route(
        method="GET", path="/calls/{call}", roles=READERS, handler=calls.read_call, answer=c.CallDetailBody,
        summary="One call's whole record",
    ),
    Route(
        method="GET", path="/calls/{call}/notes", roles=READERS, handler=calls.read_notes, answer=c.NotesBody,
        summary="What was written about a call",
    ),
    Route(
        method="PUT", path="/calls/{call}/notes", roles=AGENT, handler=calls.write_notes, request=c.NotesRequest,
        answer=c.NotesBody, summary="Write about a call; the text replaces what stood there",
    ),
    Route(
        method="GET", path="/recordings/{recording}", roles=LISTENERS, handler=calls.read_recording, media="audio/wav",
        refusals=(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,), summary="A recording's sound, whole or a range of it",
    ),
)  # fmt: skip

CUSTOMERS = (
    Route(
        method="GET", path="/contacts", roles=READERS, handler=customers.find_contacts, query=q.CustomerQuery,
        answer=k.ContactListBody, summary="Find contacts by name or number",
    ),
    Route(
        method="POST", path="/contacts", makes="rows", roles=FLOOR, handler=customers.create_contact, request=k.ContactCreate,
        answer=k.ContactBody, status=HTTPStatus.CREATED, summary="Create a contact",
    ),
    Route(
        method="GET", path="/contacts/{contact}", roles=READERS, handler=customers.read_contact, answer=k.ContactBody,
        summary="One contact",
    ),
    Route(
        method="PATCH", path="/contacts/{contact}", roles=FLOOR, handler=customers.change_contact, request=k.ContactPatch,
        answer=k.ContactBody, summary="Change a contact",
    ),
    Route(
        method="GET", path="/contacts/{contact}/timeline", roles=READERS, handler=calls.read_timeline, query=q.Paging,
        answer=k.TimelineBody, summary="What there was with this customer, newest first",
    ),
    Route(
        method="GET", path="/accounts", roles=READERS, handler=customers.find_accounts, query=q.AccountQuery,
        answer=k.AccountListBody, summary="Find accounts",
    ),
    Route(
        method="POST", path="/accounts", makes="rows", roles=FLOOR, handler=customers.create_account, request=k.AccountCreate,
        answer=k.AccountBody, status=HTTPStatus.CREATED, summary="Create an account",
    ),
    Route(
        method="GET", path="/accounts/{account}", roles=READERS, handler=customers.read_account, answer=k.AccountBody,
        summary="One account",
    ),
)  # fmt: skip

STATISTICS = (
    Route(
        method="GET", path="/statistics/formulas", roles=EVERYONE, handler=statistics.read_formulas, answer=t.FormulasBody,
        summary="What each figure means",
    ),
    Route(
        method="GET", path="/statistics/summary", roles=ANALYSTS, handler=statistics.read_summary, query=q.StatisticsQuery,
        answer=t.SummaryBody, summary="Figures of the center, or of some queues or agents together",
    ),
    Route(
        method="GET", path="/statistics/queues", roles=ANALYSTS, handler=statistics.read_queues, query=q.StatisticsQuery,
        answer=t.QueueTableBody, summary="Figures by queue",
    ),
    Route(
        method="GET", path="/statistics/agents", roles=ANALYSTS, handler=statistics.read_agents, query=q.StatisticsQuery,
        answer=t.AgentTableBody, summary="Figures by agent",
    ),
    Route(
        method="GET", path="/statistics/intervals", roles=ANALYSTS, handler=statistics.read_intervals, query=q.SeriesQuery,
        answer=t.SeriesBody, summary="Figures by interval",
    ),
    Route(
        method="GET", path="/statistics/queues.csv", roles=ANALYSTS, handler=statistics.queues_csv, query=q.StatisticsQuery,
        media="text/csv", summary="Figures by queue, as a file",
    ),
    Route(
        method="GET", path="/statistics/agents.csv", roles=ANALYSTS, handler=statistics.agents_csv, query=q.StatisticsQuery,
        media="text/csv", summary="Figures by agent, as a file",
    ),
    Route(
        method="GET", path="/statistics/intervals.csv", roles=ANALYSTS, handler=statistics.intervals_csv,
        query=q.SeriesQuery, media="text/csv", summary="Figures by interval, as a file",
    ),
)  # fmt: skip

CENTER = (
    Route(
        method="GET", path="/destinations", roles=FLOOR, handler=center.list_destinations, answer=c.DestinationsBody,
        summary="Where a call can be transferred to",
    ),
    Route(method="GET", path="/queues", roles=EVERYONE, handler=center.list_queues, answer=d.QueueListBody, summary="The queues"),
    Route(
        method="GET", path="/agents", roles=ANALYSTS | ADMIN, handler=center.list_agents, answer=d.AgentListBody,
        summary="The agents",
    ),
)  # fmt: skip

WEBHOOKS = (
    Route(
        method="GET", path="/webhooks", roles=OVERSEERS, handler=webhooks.list_webhooks, answer=w.WebhookListBody,
        summary="Subscriptions of other programs to what happens",
    ),
    Route(
        method="POST", path="/webhooks", makes="rows", roles=ADMIN, handler=webhooks.create_webhook, request=w.WebhookRequest,
        answer=w.WebhookSecretBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Subscribe; the answer holds the secret, once",
    ),
    Route(
        method="GET", path="/webhooks/{webhook}", roles=OVERSEERS, handler=webhooks.read_webhook, answer=w.WebhookBody,
        summary="One subscription",
    ),
    Route(
        method="PATCH", path="/webhooks/{webhook}", roles=ADMIN, handler=webhooks.change_webhook, request=w.WebhookPatch,
        answer=w.WebhookBody, summary="Change a subscription, or switch it on or off",
    ),
    Route(
        method="DELETE", path="/webhooks/{webhook}", roles=ADMIN, handler=webhooks.delete_webhook, status=HTTPStatus.NO_CONTENT,
        summary="End a subscription, and forget what it was told",
    ),
    Route(
        method="POST", path="/webhooks/{webhook}/secret", roles=ADMIN, handler=webhooks.new_secret, answer=w.WebhookSecretBody,
        summary="Make a new secret; the old one signs beside it for a day",
    ),
    Route(
        method="POST", path="/webhooks/{webhook}/test", makes="rows", roles=ADMIN, handler=webhooks.test_webhook,
        answer=w.DeliveryBody, status=HTTPStatus.CREATED, refusals=STATE, summary="Send an event of the kind test",
    ),
    Route(
        method="GET", path="/webhooks/{webhook}/deliveries", roles=OVERSEERS, handler=webhooks.list_deliveries,
        query=w.DeliveryQuery, answer=w.DeliveryListBody, summary="What it was told and is to be told, newest first",
    ),
    Route(
        method="POST", path="/webhooks/{webhook}/deliveries/{delivery}/redeliver", roles=ADMIN, handler=webhooks.redeliver,
        answer=w.DeliveryBody, refusals=STATE, summary="Send it again now, with the same event id",
    ),
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    *SESSION, *USERS, *DESK, *CALLS, *CUSTOMERS, *STATISTICS, *CENTER, *WEBHOOKS, *CAMPAIGNS, *CALLBACKS, *LISTS, *DO_NOT_CALL,
)  # fmt: skip
