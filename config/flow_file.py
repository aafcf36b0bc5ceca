"""Flow files: the YAML of one IVR flow to a `kernel.flow.Flow`. Whether the flow is sound is `ivr.check`'s to say; this file
gives its answers a line. docs/center-file.md describes every node.
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from callcenter.kernel.center import Center
from callcenter.kernel.flow import AnyNode, Flow, HangUpNode
from callcenter.kernel.ids import FlowId, NodeId
from config.readers import LEVEL, NAME, OPEN_TEXT, Key, fill, keys_of, mapped, named_entries, places_of, read_keys, required
from config.yaml import Place, Sheet, nearest
from ivr.check import check


def _node_keys() -> dict[str, tuple[type[AnyNode], tuple[Key, ...]]]:
    special: dict[str, Any] = {"skills": mapped(LEVEL), "terminator": OPEN_TEXT}
    return {str(kind.__struct_config__.tag): (kind, keys_of(kind, **special)) for kind in get_args(AnyNode)}


NODE_KEYS = _node_keys()
"""Kind of node -> (Struct, keys), in the words of the file."""
FLOW_KEYS = (required("id", NAME), required("start", NAME), required("nodes", mapped(NAME)))


def read_flow(sheet: Sheet, path: Path, asked: Place | None = None) -> tuple[str, Flow] | None:
    """(path of its values in the sheet, flow), None when the file cannot be read at all; mistakes go to the sheet."""
    prefix = f"flows.{path}"
    top = sheet.open(path, prefix, asked)
    if top is None:
        return None
    if not top.is_mapping():
        top.refuse("a flow file has keys", "id, start and nodes")
        return None
    nodes: dict[NodeId, AnyNode] = {}
    places = places_of(top, [key.name for key in FLOW_KEYS], "a flow")
    inside = places.pop("nodes", None)
    if inside is None:
        top.refuse("a flow needs 'nodes'", "nodes: and below it at least a queue or hang_up node")
    else:
        for name, value in named_entries(inside, "nodes, each with a name"):
            sheet.lines.setdefault(f"{prefix}.nodes.{name}", (value.file, value.line))
            nodes[NodeId(name)] = _node(value)
        if not nodes:
            inside.refuse("a flow needs nodes", "at least a queue or hang_up node")
    values = fill(top, places, FLOW_KEYS[:2], "a flow")
    return prefix, Flow(id=FlowId(values["id"]), start=NodeId(values["start"]), nodes=nodes)


def check_flow(sheet: Sheet, prefix: str, flow: Flow, center: Center) -> None:
    """What `ivr.check` finds, with file and line."""
    inside = f"{prefix}.nodes"
    torn = any(path.startswith(inside) for path in sheet.broken)
    for one in check(flow, center):
        if torn and not one.field:
            continue  # with a node that could not be read, nobody knows which nodes are reached
        around = f"{inside}.{one.node}" if one.node else prefix
        sheet.refuse_path(f"{around}.{one.field}" if one.field else around, _named(one.why, one.node), one.instead)


def _named(why: str, node: str) -> str:
    return f"node {node}: {why}" if node else why


def _node(place: Place) -> AnyNode:
    kind = _kind(place)
    if kind is None:
        return HangUpNode()
    struct, keys = NODE_KEYS[kind]
    values = read_keys(place, (required("node", NAME, "node"), *keys), f"a {kind} node")
    values.pop("node")
    return struct(**values)


def _kind(place: Place) -> str | None:
    """The kind of node; a misspelt one is refused and read as the nearest, so that its other mistakes are told too."""
    kinds = list(NODE_KEYS)
    if not place.is_mapping():
        place.refuse("a node has keys", f"node: and one of {', '.join(kinds)}")
        return None
    for key, value in place.node.value:
        if getattr(key, "value", None) == "node":
            written = place.inside("node", value).text("a kind of node")
            if written is None or written in kinds:
                return written
            place.inside("node", value).refuse(f"there is no kind of node {written!r}", nearest(written, kinds))
            near = get_close_matches(written, kinds, 1)
            return near[0] if near else None
    place.refuse("a node needs 'node', its kind", f"node: and one of {', '.join(kinds)}")
    return None
