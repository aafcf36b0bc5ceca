"""The rows of the route table about campaigns and lists. Campaign managers work them; auditors look."""

from http import HTTPStatus

from callcenter.api.handlers import auditing, callbacks, campaigns, dialing, do_not_call, lists
from callcenter.api.route import AGENT, PLANNERS, PLANS, Route
from callcenter.api.schemas import callbacks as b
from callcenter.api.schemas import campaigns as c
from callcenter.api.schemas import lists as s
from callcenter.api.schemas.common import DoneBody

STATE = (HTTPStatus.CONFLICT,)

CAMPAIGNS = (
    Route(
        method="GET", path="/campaigns", roles=PLANS, handler=campaigns.list_campaigns, answer=c.CampaignListBody,
        summary="The campaigns, those that dial first, first",
    ),
    Route(
        method="POST", path="/campaigns", makes="rows", roles=PLANNERS, handler=campaigns.create_campaign,
        request=c.CampaignCreate, answer=c.CampaignBody, status=HTTPStatus.CREATED, summary="Make a campaign, as a draft",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}", roles=PLANS, handler=campaigns.read_campaign, answer=c.CampaignBody,
        summary="One campaign",
    ),
    Route(
        method="PATCH", path="/campaigns/{campaign}", roles=PLANNERS, handler=campaigns.change_campaign,
        request=c.CampaignPatch, answer=c.CampaignBody, refusals=STATE, summary="Change a campaign's settings and plan",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/progress", roles=PLANS, handler=campaigns.read_progress,
        answer=c.ProgressBody, summary="How far its leads and dials are",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/preflight", roles=PLANS, handler=campaigns.read_preflight,
        answer=c.PreflightBody, summary="How many leads could be called now, and what holds the others back",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/next", roles=PLANS, handler=campaigns.read_next, query=c.NextQuery,
        answer=c.NextBody, refusals=STATE, summary="Who comes next, with the verdict of this instant",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/live", roles=PLANS, handler=dialing.read_live, answer=c.LiveCampaignBody,
        summary="What it does now, the abandon rate against the cap, and why nothing is dialed",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/start", roles=PLANNERS, handler=dialing.start, answer=c.LiveCampaignBody,
        refusals=STATE, summary="It dials from now on, or goes on after a pause",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/pause", roles=PLANNERS, handler=dialing.pause, answer=c.LiveCampaignBody,
        refusals=STATE, summary="Nothing new is dialed; what rings and who talks goes on",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/stop", roles=PLANNERS, handler=dialing.stop, answer=c.LiveCampaignBody,
        refusals=STATE, summary="At once: what rings is ended too; who talks goes on",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/finish", roles=PLANNERS, handler=dialing.finish, answer=c.LiveCampaignBody,
        refusals=STATE, summary="As stop, for good",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/report", roles=PLANS, handler=auditing.read_report, query=c.ReportQuery,
        media="application/jsonl",
        summary="For an auditor, signed: abandon rate by the law with the calls behind it, hours, attempts",
    ),
    Route(
        method="GET", path="/report-key", roles=PLANS, handler=auditing.read_key, answer=c.ReportKeyBody,
        summary="The public key of signed reports",
    ),
    Route(
        method="GET", path="/laws", roles=PLANS, handler=campaigns.list_laws, answer=c.LawListBody,
        summary="The law packs, and what else a campaign chooses from",
    ),
)  # fmt: skip

CALLBACKS = (
    Route(
        method="GET", path="/me/callbacks", roles=AGENT, handler=callbacks.list_mine, answer=b.CallbackListBody,
        summary="The calls that I have promised, and those that are anyone's of my campaigns",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/callbacks", roles=PLANS, handler=callbacks.list_of_campaign,
        answer=b.CallbackListBody, summary="The calls that a campaign's agents have promised",
    ),
    Route(
        method="POST", path="/calls/{call}/callback-hour", roles=AGENT, handler=callbacks.hour_of_call, request=b.HourRequest,
        answer=b.HourBody, summary="Whether a call may be promised for a time, and when else",
    ),
    Route(
        method="POST", path="/callbacks/{callback}/hour", roles=AGENT | PLANNERS, handler=callbacks.hour_of_callback,
        request=b.HourRequest, answer=b.HourBody, summary="Whether a callback may be moved to a time, and when else",
    ),
    Route(
        method="POST", path="/callbacks/{callback}/take", roles=AGENT, handler=callbacks.take, answer=DoneBody,
        refusals=STATE, summary="Take a callback: it is mine to read and to dial, whatever I work",
    ),
    Route(
        method="PATCH", path="/callbacks/{callback}", roles=AGENT | PLANNERS, handler=callbacks.change, request=b.CallbackPatch,
        answer=b.CallbackBody, refusals=STATE, summary="Move a callback to another time, or to somebody else",
    ),
    Route(
        method="POST", path="/callbacks/{callback}/cancel", makes="rows", roles=AGENT | PLANNERS, handler=callbacks.cancel,
        request=b.CallbackSeen, answer=b.CallbackBody, refusals=STATE, summary="Cancel a callback",
    ),
    Route(
        method="POST", path="/callbacks/{callback}/restore", makes="rows", roles=AGENT | PLANNERS, handler=callbacks.restore,
        request=b.CallbackSeen, answer=b.CallbackBody, refusals=STATE, summary="Promise a cancelled callback again",
    ),
)  # fmt: skip

LISTS = (
    Route(
        method="POST", path="/uploads", roles=PLANNERS, handler=lists.send_file, upload=True, query=s.UploadQuery,
        answer=s.UploadBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Send a file: CSV or XLSX, at most 1 GB, as the body",
    ),
    Route(
        method="DELETE", path="/uploads/{upload}", roles=PLANNERS, handler=lists.forget_file, status=HTTPStatus.NO_CONTENT,
        summary="Forget a file that was sent",
    ),
    Route(
        method="POST", path="/uploads/{upload}/preview", roles=PLANNERS, handler=lists.preview_file, request=s.PreviewRequest,
        answer=s.PreviewBody, refusals=STATE, summary="What the file's columns and first rows become",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/imports", makes="rows", roles=PLANNERS, handler=lists.begin_import,
        request=s.ImportRequest, answer=s.ListBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Make a file a list of the campaign, in the background",
    ),
    Route(
        method="POST", path="/target-groups/count", roles=PLANNERS, handler=lists.count_target, request=s.TargetCountRequest,
        answer=s.TargetCountBody, refusals=STATE, summary="How many customers a filter finds",
    ),
    Route(
        method="POST", path="/campaigns/{campaign}/target-groups", makes="rows", roles=PLANNERS, handler=lists.begin_target,
        request=s.TargetRequest, answer=s.ListBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Make the customers that a filter finds a list of the campaign, in the background",
    ),
    Route(
        method="GET", path="/campaigns/{campaign}/lists", roles=PLANS, handler=lists.list_lists, answer=s.ListListBody,
        summary="The lists of a campaign, and how those that are being filled stand",
    ),
    Route(method="GET", path="/lists/{list}", roles=PLANS, handler=lists.read_list, answer=s.ListBody, summary="One list"),
    Route(
        method="PATCH", path="/lists/{list}", roles=PLANNERS, handler=lists.change_list, request=s.ListPatch,
        answer=s.ListBody, refusals=STATE, summary="Rename a list, switch it, or change what it gets of the dials",
    ),
    Route(
        method="POST", path="/lists/{list}/withdraw", roles=PLANNERS, handler=lists.withdraw_list, answer=s.WithdrawnBody,
        refusals=STATE, summary="Take a list back, or stop its import: its leads are gone, those that were dialed stay on record",
    ),
    Route(
        method="GET", path="/lists/{list}/refused.csv", roles=PLANNERS, handler=lists.refused_csv, media="text/csv",
        summary="The refused rows with their reasons, as a file",
    ),
    Route(
        method="GET", path="/lists/{list}/leads", roles=PLANS, handler=lists.list_leads, query=s.LeadQuery,
        answer=s.LeadListBody, summary="Leads of a list, in the order of the file",
    ),
)  # fmt: skip

DO_NOT_CALL = (
    Route(
        method="GET", path="/do-not-call", roles=PLANS, handler=do_not_call.list_registers, answer=s.DoNotCallBody,
        summary="The do-not-call lists and their age",
    ),
    Route(
        method="GET", path="/do-not-call/numbers", roles=PLANS, handler=do_not_call.list_barred, query=s.BarredQuery,
        answer=s.BarredListBody, summary="Numbers on the center's own list, or on a campaign's",
    ),
    Route(
        method="POST", path="/do-not-call/numbers", makes="rows", roles=PLANNERS, handler=do_not_call.bar_number,
        request=s.BarRequest, answer=s.BarredAtBody, status=HTTPStatus.CREATED, refusals=STATE,
        summary="Put a number on a list; it holds from the next dial on",
    ),
    Route(
        method="POST", path="/do-not-call/check", roles=PLANS, handler=do_not_call.check_number, request=s.NumberRequest,
        answer=s.BarredAtBody, refusals=STATE, summary="On which lists a number stands, registries with them",
    ),
    Route(
        method="POST", path="/do-not-call/remove", roles=PLANNERS, handler=do_not_call.free_number, request=s.BarRequest,
        answer=s.BarredAtBody, refusals=STATE, summary="Take a number off a list",
    ),
    Route(
        method="POST", path="/do-not-call/registries", makes="rows", roles=PLANNERS, handler=do_not_call.load_registry,
        request=s.RegistryRequest, answer=s.DoNotCallBody, status=HTTPStatus.ACCEPTED, refusals=STATE,
        summary="Replace a registry by the numbers in a file, in the background",
    ),
)  # fmt: skip
