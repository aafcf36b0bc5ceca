"""The command `callcenter`: reads arguments, calls what does the work, prints. A mistake of the user's ends with status 2 and a
sentence that says what to do; nothing here knows how anything is done.
"""

import argparse
import asyncio
import json
import os
import select
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec

import config
from callcenter.api.app import openapi_document
from callcenter.kernel.errors import HouseError
from callcenter.kernel.ids import CallId
from callcenter.kernel.seed import CenterSeed
from callcenter.operations import campaign_report, center_change, import_list, one_call, one_campaign, one_lead, serving, simulate
from callcenter.operations.bench import report
from callcenter.operations.bench.amd import amd
from callcenter.operations.bench.ari import ari
from callcenter.operations.bench.desk import desk
from callcenter.operations.bench.engine import engine
from callcenter.operations.bench.lists import lists
from callcenter.operations.bench.pacing import pacing
from callcenter.operations.doctor import examine
from callcenter.runtime import clock, logs
from callcenter.store.list_import import Progress
from callcenter.store.list_orders import Choice
from config.center_file import read_center
from config.settings import Settings, read_settings
from config.yaml import BadFile

BENCHES = {"amd": amd, "ari": ari, "desk": desk, "engine": engine, "import": lists, "pacing": pacing}
EXAMPLE = Path(config.__file__).parent / "example"


def main(arguments: Sequence[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    logs.set_up("warning")  # to stderr, whatever a command prints; those that have settings follow them
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        status = run(given)
        sys.stdout.flush()
    except BadFile as bad:
        print(bad, file=sys.stderr)
        status = 2
    except HouseError as error:
        print(error.why, file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        if not _nobody_reads():
            raise
        status = 141
    sys.exit(status)


def _nobody_reads() -> bool:
    """Whether who read our output has closed it (`| head`); what is left of it goes nowhere then."""
    output = select.poll()
    output.register(sys.stdout, 0)
    if not output.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="callcenter", description="An open contact center on Asterisk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the service")
    _add_config(serve)
    serve.add_argument(
        "--role", choices=("hub", "web"), help="one half of it, joined to the others by Redis; left out: all in one process"
    )
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="a small center with simulated callers")
    demo.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1 (default 8080)")
    demo.set_defaults(run=_demo)

    openapi = commands.add_parser("openapi", help="print the OpenAPI document")
    openapi.set_defaults(run=_openapi)

    center = commands.add_parser("center", help="the center's directory").add_subparsers(required=True, metavar="ACTION")
    apply = center.add_parser("apply", help="show what a center file would change, then change all of it or nothing")
    apply.add_argument("file", type=Path, metavar="FILE")
    _add_config(apply)
    apply.add_argument("--yes", action="store_true", help="do not ask")
    apply.set_defaults(run=_center_apply)
    password = center.add_parser("password", help="print a new one-time password of a log-in, for whoever has nobody to ask")
    password.add_argument("login", metavar="LOGIN")
    _add_config(password)
    password.set_defaults(run=_center_password)

    simulation = commands.add_parser("simulate", help="play a scenario in virtual time and print its figures")
    simulation.add_argument("file", type=Path, metavar="SCENARIO.yaml", help="docs/scenarios.md says what may stand in it")
    simulation.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed plays the same days (default 1)")
    simulation.add_argument("--replications", type=_positive, default=10, metavar="R", help="days to play (default 10)")
    simulation.add_argument("--json", action="store_true", help="machine-readable, with every figure")
    simulation.set_defaults(run=_simulate)

    importing = commands.add_parser("import-list", help="make a list of a campaign from a CSV or XLSX file; docs/lists.md")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--campaign", required=True, metavar="NAME", help="made as a draft when there is none of this name")
    importing.add_argument("--name", default="", help="of the list (default: the file's)")
    importing.add_argument("--encoding", default="", help="of a CSV file (default: found)")
    importing.add_argument("--separator", default="", help="of a CSV file (default: found)")
    importing.add_argument("--sheet", default="", help="of a workbook (default: the first)")
    importing.add_argument("--refused", type=Path, metavar="FILE", help="for refused rows (default: FILE-refused.csv, here)")
    importing.add_argument("--json", action="store_true", help="machine-readable")
    _add_config(importing)
    importing.set_defaults(run=_import_list)

    measure = commands.add_parser("bench", help="measure the product on this machine, beside a yardstick")
    measure.add_argument("name", choices=sorted(BENCHES), metavar="NAME", help=", ".join(sorted(BENCHES)))
    measure.add_argument("--json", action="store_true", help="machine-readable")
    measure.add_argument("--full", action="store_true", help="everything; may take longer than 8 minutes")
    measure.set_defaults(run=_bench)

    doctor = commands.add_parser("doctor", help="check the configuration, the PBX and the database, and say what to do")
    _add_config(doctor)
    doctor.add_argument("--json", action="store_true", help="machine-readable")
    doctor.add_argument(
        "--count-unadopted", action="store_true", help="also count, for the statistics, who called while the service was down"
    )
    doctor.set_defaults(run=_doctor)

    replay = commands.add_parser("replay", help="fold the events again and compare with what is stored")
    replayed = replay.add_subparsers(required=True, metavar="WHAT")
    replay_call = replayed.add_parser("call", help="one call and its record")
    replay_call.add_argument("id", metavar="ID")
    replay_call.add_argument("--json", action="store_true", help="machine-readable")
    _add_config(replay_call)
    replay_call.set_defaults(run=_replay_call)
    replay_campaign = replayed.add_parser("campaign", help="each decision of a campaign, derived again from the log")
    replay_campaign.add_argument("id", metavar="ID", help="its number or its short word")
    replay_campaign.add_argument("--json", action="store_true", help="machine-readable")
    _add_config(replay_campaign)
    replay_campaign.set_defaults(run=_replay_campaign)

    campaign_report.add_to(commands, _add_config)

    explain = commands.add_parser("explain", help="what happened, and why")
    explained = explain.add_subparsers(required=True, metavar="WHAT")
    for name, help, run in (
        ("call", "one call, and why it waits", _explain_call),
        ("lead", "one lead of a campaign, and why it is not dialed", _explain_lead),
    ):
        one = explained.add_parser(name, help=help)
        one.add_argument("id", metavar="ID", type=str if name == "call" else _positive_id)
        one.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the sentences (default en)")
        _add_config(one)
        one.set_defaults(run=run)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 100000")
    return int(text)


def _positive_id(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a lead")
    return int(text)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=Path(os.environ.get("CALLCENTER_CONFIG", "callcenter.yaml")),
        metavar="FILE",
        help="settings file, docs/settings-file.md (default: $CALLCENTER_CONFIG, else callcenter.yaml)",
    )


# -- the service ------------------------------------------------------------------------------------------------------------


def _serve(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    logs.set_up(settings.log_level)
    return asyncio.run(serving.serve(settings, given.role))


def _demo(given: argparse.Namespace) -> int:
    logs.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="callcenter-demo-") as folder:
        environment = {
            "CALLCENTER_LISTEN": f"127.0.0.1:{given.port}",
            "CALLCENTER_DATA": folder,
            "CALLCENTER_PASSWORD_COST": "light",  # many log-ins are made at each start, and all are thrown away
        }
        settings = read_settings(EXAMPLE / "demo.yaml", environment)
        return asyncio.run(serving.demo(settings))


# -- files ------------------------------------------------------------------------------------------------------------------


def _openapi(given: argparse.Namespace) -> int:
    json.dump(openapi_document(), sys.stdout, indent=2, ensure_ascii=False)
    print()
    return 0


def _center_apply(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    logs.set_up(settings.log_level)
    seed = read_center(given.file)
    return asyncio.run(_apply(settings, seed, ask=not given.yes))


async def _apply(settings: Settings, seed: CenterSeed, *, ask: bool) -> int:
    change = center_change.CenterChange(settings, seed)
    async with change:
        for difference in change.stays:
            print(center_change.stays_line(difference))
        if change.stays:
            print("Log-ins that there are belong to their page: = is not changed by the file (docs/decisions/0006)")
        if not change.differences:
            print("no difference to carry out: the center is as the file says")
            return 0
        for difference in change.differences:
            print(center_change.line(difference))
        if ask and not await asyncio.to_thread(_agreed, len(change.differences)):
            print("nothing was changed")
            return 1
        version = await change.carry_out()
    print(f"the center is now at version {version}; a running service follows within seconds")
    return 0


def _center_password(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    logs.set_up(settings.log_level)
    print(asyncio.run(center_change.new_password(settings, given.login)))
    return 0


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        print("not asked, because this is no terminal: add --yes to change it", file=sys.stderr)
        return False
    return input(f"change {count} values? [y/N] ").strip().lower() in ("y", "yes")


def _doctor(given: argparse.Namespace) -> int:
    findings = asyncio.run(examine(given.config, os.environ, count_unadopted=given.count_unadopted))
    if given.json:
        json.dump([finding.as_dict() for finding in findings], sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        for finding in findings:
            print(finding)
    return 0 if all(finding.good for finding in findings) else 1


def _simulate(given: argparse.Namespace) -> int:
    found = simulate.simulate(given.file, given.seed, given.replications)
    if given.json:
        print(msgspec.json.encode(found).decode())
    else:
        for line in simulate.table(found):
            print(line)
    return 1 if found.broken else 0


def _import_list(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    if not given.file.is_file():
        print(f"there is no file {given.file}: give the path of a CSV or XLSX file", file=sys.stderr)
        return 2
    found = asyncio.run(_imported(settings, given))
    if given.json:
        print(msgspec.json.encode(found).decode())
    else:
        for line in import_list.lines(found):
            print(line)
    return 0


async def _imported(settings: Settings, given: argparse.Namespace) -> import_list.Imported:
    choice = Choice(encoding=given.encoding, separator=given.separator, sheet=given.sheet)
    refused = given.refused or Path(f"{given.file.stem}-refused.csv")
    shown = sys.stderr.isatty()

    def tell(progress: Progress) -> None:
        if shown:
            part = 100 * progress.bytes_done // max(progress.bytes_total, 1)
            print(f"\r{part:3} %  {progress.rows:,} rows, {progress.refused:,} refused ", end="", file=sys.stderr, flush=True)

    async with import_list.ListImporting(settings) as importing:
        found = await importing.carry_out(given.file, given.campaign, given.name, choice, refused, tell)
    if shown:
        print(file=sys.stderr)
    return found


def _bench(given: argparse.Namespace) -> int:
    logs.set_up("error")
    with nullcontext() if given.full else report.within(report.MOST_S):
        found = BENCHES[given.name](full=given.full)
    if given.json:
        print(msgspec.json.encode(found).decode())
    else:
        for line in report.table(found):
            print(line)
    return 0


# -- one call ---------------------------------------------------------------------------------------------------------------


def _replay_call(given: argparse.Namespace) -> int:
    found = asyncio.run(one_call.replay(read_settings(given.config, os.environ), CallId(given.id)))
    if given.json:
        print(msgspec.json.encode(found).decode())
        return 1 if found.deviations else 0
    for recorded in found.events:
        print(f"{recorded.position} {recorded.at} {msgspec.json.encode(recorded.event).decode()}")
    for deviation in found.deviations:
        print(deviation)
    if found.behind:
        print(f"the rows are {found.behind} events of this call behind: is the service running? Try again in a moment")
    print(f"{len(found.events)} events, {len(found.deviations) or 'no'} differences")
    return 1 if found.deviations else 0


def _explain_call(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    sentences, waiting = asyncio.run(one_call.explain(settings, CallId(given.id), given.lang))
    for sentence in sentences:
        print(f"{sentence.after_ms / 1000:9.1f} s  {sentence.text}")
    for line in one_call.why_lines(waiting, given.lang):
        print(line)
    return 0


def _replay_campaign(given: argparse.Namespace) -> int:
    found = asyncio.run(one_campaign.replay(read_settings(given.config, os.environ), given.id))
    if given.json:
        print(msgspec.json.encode(found).decode())
        return 1 if found.differences else 0
    for difference in found.differences:
        print(difference)
    print(f"{found.decisions} decisions, {found.judged} answers, {len(found.differences) or 'no'} differences")
    return 1 if found.differences else 0


def _explain_lead(given: argparse.Namespace) -> int:
    settings = read_settings(given.config, os.environ)
    for line in one_lead.lines(asyncio.run(one_lead.explain(settings, given.id, clock.now())), given.lang):
        print(line)
    return 0
