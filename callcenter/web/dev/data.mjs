// Made-up people and figures for looking at the pages without the service. Not shipped: dev/ is in no build.
const T = Date.now();
const ago = (m, s = 0) => T - m * 60_000 - s * 1000;
const w = (en, zh) => ({ en, zh });
const num = (value, shown) => ({ value, shown });
const fig = (value, numerator = null, denominator = null, target = null) => ({ value, numerator, denominator, target });
const rate = (a, b, target = null) => fig(b ? a / b : null, a, b, target);

export const QUEUES = [
  ["billing", "Billing", "账单"], ["technical", "Technical support", "技术支持"], ["retention", "Retention", "客户挽留"],
  ["orders", "New orders", "新装"], ["moves", "Moves and changes", "移机与变更"], ["chinese", "Chinese line", "中文专线"],
];
const named = (list) => list.map(([id, en, zh]) => ({ id, label: w(en, zh) }));
const coded = (list) => list.map(([code, en, zh]) => ({ code, label: w(en, zh) }));

export const session = (role, language) => ({
  login: role === "agent" ? "rosa.mendel" : "irene.holt", name: role === "agent" ? "Rosa Mendel" : "Irene Holt", role, agent: role === "agent" ? "rosa" : null,
  language, theme: "system", center: "Larkfield Broadband", center_version: 1, zone: "America/New_York", region: "US", languages: ["en", "zh"],
  reasons: coded([["break", "Break", "小休"], ["lunch", "Lunch", "午餐"], ["training", "Training", "培训"], ["paperwork", "Paperwork", "文书工作"]]),
  dispositions: coded([["resolved", "Resolved", "已解决"], ["callback", "Callback agreed", "约定回拨"], ["case", "Case opened", "已建工单"], ["handed", "Handed over", "已转交"], ["complaint", "Complaint", "投诉"], ["wrong", "Wrong number", "打错"], ["dnc", "Do not call", "请勿来电"], ["left", "Caller left", "来电者离开"]]),
  queues: named(QUEUES), teams: named([["day", "Day team", "白班"], ["tech", "Technical", "技术班"]]),
  skills: named([["billing", "Billing", "账单"], ["technical", "Technical", "技术"], ["retention", "Retention", "挽留"], ["mandarin", "Mandarin", "普通话"]]),
  numbers: named([["main", "Main number", "总机"]]), now: Date.now(), expires_at: Date.now() + 3.6e6,
});
export const center = { name: "Larkfield Broadband", languages: ["en", "zh"], default_language: "en", version: "0.1.0", now: Date.now() };

const agentFigures = () => ({
  handled: fig(17), aht: fig(292000, 17 * 292000, 17), occupancy: rate(8_700_000, 11_150_000), busy_rate: rate(9_100_000, 11_150_000), wrap_up_time: fig(41000, 41000 * 17, 17),
  missed: fig(1), offers: fig(18), placed: fig(3), log_in_time: fig(9_840_000), utilisation: rate(8_700_000, 12_000_000), transfer_rate: rate(2, 17),
});
const person = (id, name, state, m, s, skills, queues, more = {}) => ({
  id, name, team: skills.technical ? "tech" : "day", skills, state, since: ago(m, s), presence: state === "not_ready" ? "not_ready" : state === "signed_out" ? "signed_out" : "available",
  reason: state === "not_ready" ? "break" : null, presence_since: ago(m + 10), activity: { ringing: "reserved", dialing: "dialing", talking: "talking", holding: "holding", wrap_up: "wrapping" }[state] ?? "idle",
  activity_since: ago(m, s), set_aside: null, reachable: true, call: null, wrap_up: state === "wrap_up" ? { call: "c9", queue: "billing", since: ago(m, s), limit_at: ago(m, s) + 45000, hard_at: ago(m, s) + 300000 } : null,
  signed_in_at: ago(164), queues, figures: agentFigures(), ...more,
});
const NAMES = ["Tom Iversen", "Dana Whitlock", "Sade Oyelaran", "Luca Ferri", "Mei Tanaka", "Ana Prieto", "Joel Strand", "Priya Nair", "Hanna Vogt", "Cyrus Amini", "Olga Petrenko", "Marcus Bell", "Ben Ashdown", "Wen Jiayi", "Karim Haddad", "Elif Demir", "Noah Brandt", "Felix Baum", "Imre Kovacs", "Lena Fisk", "Omar Said", "Petra Lindqvist", "Aldo Conti", "Ruth Okafor", "陈晓雯"];
const SPREAD = ["available", "available", "available", "available", "available", "available", "ringing", "talking", "talking", "talking", "talking", "talking", "talking", "talking", "talking", "talking", "talking", "holding", "wrap_up", "wrap_up", "wrap_up", "not_ready", "not_ready", "not_ready", "dialing"];
export function agents() {
  const all = {};
  NAMES.forEach((name, i) => {
    const skills = i % 3 === 0 ? { billing: 5, retention: 3 } : i % 3 === 1 ? { technical: 4, billing: 2 } : { retention: 5 };
    const m = SPREAD[i] === "wrap_up" ? 0 : i % 8;
    all[`a${i}`] = person(`a${i}`, name, SPREAD[i], m, (i * 17) % 60, skills, i % 3 === 1 ? ["technical", "moves"] : ["billing", "retention"], SPREAD[i] === "talking" ? { call: `t${i}` } : {});
  });
  all.a20.wrap_up.limit_at = ago(0, 10);
  all.a22.set_aside = { why: "missed_call", since: ago(2), until: T + 60000 };
  return all;
}
const LIVE = [[5, 278, 412, 0.612, 0.078, 58, 0.88], [4, 171, 388, 0.719, 0.054, 41, 0.85], [2, 82, 164, 0.793, 0.037, 29, 0.82], [2, 44, 296, 0.848, 0.02, 16, 0.74], [1, 12, 121, 0.909, 0.017, 11, 0.71], [0, null, 77, 0.857, 0.026, 14, 0.69]];
const queueFigures = ([, , offered, level, lost, asa, occ]) => ({
  offered: fig(offered), answered: fig(Math.round(offered * (1 - lost))), abandoned: fig(Math.round(offered * lost)), service_level: rate(Math.round(level * offered), offered, 0.8),
  abandon_rate: rate(Math.round(lost * offered), offered, 0.05), asa: fig(asa * 1000, asa * 1000 * offered, offered), aht: fig(338000, 338000 * offered, offered), transfer_rate: rate(Math.round(offered * 0.08), offered), occupancy: rate(occ * 1e7, 1e7), max_wait: fig(331000), short_abandoned: fig(11),
});
export function queues(quiet = false) {
  return Object.fromEntries(QUEUES.map(([id, en, zh], i) => [id, { id, label: w(en, zh), waiting: quiet ? 0 : LIVE[i][0], longest_since: quiet || LIVE[i][1] === null ? null : ago(0, LIVE[i][1]), longest_wait_alarm_ms: 180000, agents: { available: i % 2, talking: 7 - i, wrap_up: i < 2 ? 2 : 0 }, figures: queueFigures(LIVE[i]) }]));
}
export const centerView = { name: "Larkfield Broadband", day: new Date().toISOString().slice(0, 10), day_start: ago(600), carriers: { main: true, backup: true }, in_ivr: 3, waiting: 14, longest_since: ago(0, 278), figures: { ...queueFigures([14, 278, 1506, 0.754, 0.046, 34, 0.8]), arrived: fig(1600) } };

const MATCHES = [["11", "Amelia Hartwell", "Hartwell Frames"], ["12", "Daniel Hartwell", null], ["13", "Hartwell Frames", "Hartwell Frames"]].map(([c, name, account]) => ({ contact: Number(c), name, account, match: "last_9", tentative: true }));
export const call = (more = {}) => ({
  id: "c1", direction: "inbound", state: "queued", since: ago(0, 7), started_at: ago(3), number: num("+14155550134", "+1 415-555-0134"), dialed: "main", language: "en", queue: "billing", queued_at: ago(2, 14), waiting_since: ago(2, 14), wait_ms: null,
  priority: 0, told_position: 3, skills: { billing: 2 }, chose: ["menu", "billing"], keyed: [{ into: "account", digits: "7730 4418" }], look_up: "found", matches: MATCHES, contact: null, offer: null, agent: null, placed_by: null, conversations: [], transfer: null, legs: [], recording: { state: "none", since: null }, disposition: null, end: null, ended_by: null, over_at: null, ...more,
});
const part = (more = {}) => ({ agent: "rosa", connected_at: ago(3, 42), held_since: null, line_lost_until: null, left_at: null, why: null, hold_ms: 0, ...more });
const chosen = { contact: { id: 11, name: "Amelia Hartwell", account: "Hartwell Frames", chosen_by: "agent" } };
const me = (state, m, s, more = {}) => person("rosa", "Rosa Mendel", state, m, s, { billing: 4, retention: 2 }, ["billing", "retention", "moves"], more);
/** The agent's desk in each of its states. */
export function desk(scene) {
  const q = { queues: queues(), center: centerView };
  const offer = { id: "o1", agent: "rosa", made_at: Date.now() - 7000, expires_at: Date.now() + 13000, accepted: false, reasons: [{ code: "longest_idle", text: w("Idle longest, 2:05", "空闲最久，2:05") }, { code: "skill", text: w("Billing 4", "账单 4 级") }] };
  const talk = { state: "connected", wait_ms: 134000, agent: "rosa", recording: { state: "running", since: ago(3, 7) }, conversations: [part()], ...chosen };
  switch (scene) {
    case "ringing": return { ...q, agents: { rosa: me("ringing", 0, 7, { call: "c1" }) }, calls: { c1: call({ offer }) } };
    case "new": return { ...q, agents: { rosa: me("ringing", 0, 7, { call: "c1" }) }, calls: { c1: call({ offer, matches: [], look_up: "not_found" }) } };
    case "failed": return { ...q, agents: { rosa: me("ringing", 0, 7, { call: "c1" }) }, calls: { c1: call({ offer, matches: [], look_up: "failed" }) } };
    case "talking": return { ...q, agents: { rosa: me("talking", 3, 42, { call: "c1" }) }, calls: { c1: call(talk) } };
    case "holding": return { ...q, agents: { rosa: me("holding", 0, 35, { call: "c1", presence: "not_ready", reason: "lunch" }) }, calls: { c1: call({ ...talk, state: "held", conversations: [part({ held_since: ago(0, 35) })] }) } };
    case "lost": return { ...q, agents: { rosa: me("holding", 0, 4, { call: "c1" }) }, calls: { c1: call({ ...talk, state: "interrupted", conversations: [part({ held_since: ago(0, 4), line_lost_until: Date.now() + 26000 })] }) } };
    case "wrap": return { ...q, agents: { rosa: me("wrap_up", 0, 14, { call: "c1", wrap_up: { call: "c1", queue: "billing", since: ago(0, 14), limit_at: ago(0, 14) + 45000, hard_at: ago(0, 14) + 300000 } }) }, calls: { c1: call({ ...talk, state: "over", end: "completed", over_at: ago(0, 14), conversations: [part({ left_at: ago(0, 14) })] }) } };
    case "over": return { ...q, agents: { rosa: me("wrap_up", 1, 3, { call: "c1", wrap_up: { call: "c1", queue: "billing", since: ago(1, 3), limit_at: ago(0, 18), hard_at: ago(1, 3) + 300000 } }) }, calls: { c1: call({ ...talk, state: "over", end: "completed", disposition: "resolved", over_at: ago(1, 3), conversations: [part({ left_at: ago(1, 3) })] }) } };
    case "placing": return { ...q, agents: { rosa: me("dialing", 0, 6, { call: "c1" }) }, calls: { c1: call({ ...chosen, direction: "outbound", state: "placing", since: ago(0, 6), queue: null, placed_by: "rosa", waiting_since: null, keyed: [] }) } };
    case "missed": return { ...q, agents: { rosa: me("not_ready", 0, 40, { presence: "available", reason: null, set_aside: { why: "missed_call", since: ago(0, 40), until: Date.now() + 80000 } }) }, calls: {} };
    case "notready": return { ...q, agents: { rosa: me("not_ready", 6, 12) }, calls: {} };
    default: return { ...q, agents: { rosa: me("available", 1, 12) }, calls: {} };
  }
}
export function board(empty = false) {
  if (empty) return { center: { ...centerView, waiting: 0, longest_since: null, in_ivr: 0, figures: Object.fromEntries(Object.entries(centerView.figures).map(([k]) => [k, rate(0, 0)])) }, queues: queues(true), agents: {}, calls: {} };
  const calls = {};
  ["Amelia Hartwell", null, "王芳", "Harbor Lane Dental", null, "Noor Aziz", null].forEach((name, i) => {
    calls[`w${i}`] = call({ id: `w${i}`, number: num(`+141555501${70 + i}`, `+1 415-555-01${70 + i}`), queue: QUEUES[i % 4][0], waiting_since: ago(0, 278 - i * 36), contact: name ? { id: i, name, account: null, chosen_by: "system" } : null, matches: [] });
  });
  for (let i = 7; i < 17; i += 1) calls[`t${i}`] = call({ id: `t${i}`, state: "connected", contact: { id: 20, name: "Hollis Grove", account: null, chosen_by: "system" }, recording: { state: "running", since: ago(1) } });
  return { center: centerView, queues: queues(), agents: agents(), calls };
}
export const contact = (id) => ({ id, name: id === 12 ? "Daniel Hartwell" : id === 20 ? "王芳" : "Amelia Hartwell", account: { id: 1, name: "Hartwell Frames" }, language: "en", email: "amelia@hartwell.example", note: "Account 7730 4418 · Fiber 500", numbers: [{ number: num("+14155550134", "+1 415-555-0134"), label: "mobile" }, { number: num("+14155550135", "+1 415-555-0135"), label: "work" }], created_at: ago(60 * 24 * 400), changed_at: ago(60 * 24 * 3) });
const item = (d, direction, end, queue, agent, talk, disposition, notes, recording) => ({ kind: "call", at: d < 0 ? Date.now() - 7000 : ago(60 * 24 * d + 37), call: `x${d}`, direction, end, queue, agent: agent ? "a1" : null, agent_name: agent, talk_ms: talk * 1000, disposition, notes, recording });
export const timeline = { next: null, items: [item(-1, "inbound", null, "billing", null, 0, null, "", null), item(0.3, "inbound", "abandoned_in_queue", "billing", null, 0, null, "", null), item(3, "inbound", "completed", "billing", "Tom Iversen", 372, "callback", "Disputes the $38.00 installation fee. Promised a call back by Monday.", "r1"), item(9, "outbound", "completed", null, "Rosa Mendel", 161, "resolved", "Appointment moved to the 22nd, morning.", "r2"), item(16, "inbound", "completed", "technical", "Dana Whitlock", 845, "resolved", "Slow in the evening; line test sent, 412 of 500 Mbit/s.", "r3"), item(30, "outbound", "not_reached", null, "Imre Kovacs", 0, null, "", null), item(66, "inbound", "completed", "retention", "Imre Kovacs", 510, "resolved", "Renewed Fiber 500 for 24 months.", "r4"), item(80, "inbound", "completed", "moves", "Mei Tanaka", 222, "case", "", "r5")] };
const summary = (i) => ({ id: `m${i}`, direction: i % 4 === 3 ? "outbound" : "inbound", started_at: ago(12 + i * 19, i * 7), ended_at: ago(10 + i * 19), end: i % 5 === 4 ? "abandoned_in_queue" : "completed", number: num("+1", `+1 415-555-01${40 + i}`), contact: i % 3 ? i : null, contact_name: i % 3 ? ["Wen Jiayi", "Ignacio Prat", "Noor Aziz", "Harbor Lane Dental"][i % 4] : null, queue: QUEUES[i % 3][0], agent: "rosa", agent_name: i % 5 === 4 ? null : "Rosa Mendel", wait_ms: 12000 + i * 31000, talk_ms: i % 5 === 4 ? 0 : 91000 + i * 40000, disposition: i % 5 === 4 ? null : ["resolved", "callback", "case"][i % 3], recorded: true });
export const calls = { items: Array.from({ length: 14 }, (_, i) => summary(i)), next: null };
const f = (name, en, zh, formula, fzh, unit, target_is = null, has = true, note = ["", ""]) => ({ name, title: w(en, zh), formula: w(formula, fzh), note: w(...note), unit, target_is, calls: has });
export const formulas = { formulas: [
  f("offered", "Offered", "呼入", "offered", "进入队列", "count"), f("answered", "Answered", "接听", "answered", "已接听", "count"), f("abandoned", "Abandoned", "放弃", "abandoned", "放弃", "count"),
  f("abandon_rate", "Abandon rate", "放弃率", "(abandoned − early hang-ups) / (offered − early hang-ups)", "(放弃 − 过早挂断) / (进入队列 − 过早挂断)", "ratio", "at_most", true, ["Hang-ups within 5 s are left out of both.", "5 秒内挂断的不计入分子与分母。"]),
  f("service_level", "Service level", "服务水平", "answered in time / offered", "及时接听 / 进入队列", "ratio", "at_least"), f("asa", "Speed of answer", "平均应答速度", "waits of answered calls / answered", "已接听来电等待时间 / 已接听", "ms", null, false),
  f("aht", "Handle time", "平均处理时间", "(talk + hold + wrap-up) / handled", "(通话 + 保持 + 话后处理) / 已处理", "ms", null, false), f("transfer_rate", "Transferred", "转接率", "transferred / handled", "已转接 / 已处理", "ratio"),
  f("occupancy", "Occupancy", "坐席占用率", "(talk + hold + wrap-up) / (talk + hold + wrap-up + idle + reserved + dialing)", "(通话 + 保持 + 话后处理) / (通话 + 保持 + 话后处理 + 空闲 + 振铃 + 拨号)", "ratio", null, false), f("handled", "Handled", "处理量", "handled", "已处理", "count"), f("missed", "Missed", "未接", "missed", "未应答", "count"),
] };
const TABLE = [[1204, 0.612, 0.076, 58, 0.88], [1130, 0.719, 0.051, 41, 0.85], [471, 0.793, 0.034, 29, 0.82], [862, 0.848, 0.02, 16, 0.74], [355, 0.909, 0.017, 11, 0.71], [228, 0.857, 0.026, 14, 0.69]];
const period = (first) => ({ first, last: first, since_at: ago(600), until_at: ago(-800) });
export function table(kind, query) {
  const first = query.get("first") ?? "2026-04-14";
  const rows = QUEUES.map(([id, en, zh], i) => ({ queue: id, label: w(en, zh), figures: queueFigures([0, 0, ...TABLE[i]]), before: queueFigures([0, 0, TABLE[i][0], TABLE[i][1], TABLE[i][2] * 0.8, TABLE[i][3], TABLE[i][4] - 0.03 + i * 0.01]) }));
  const people = Object.values(agents()).slice(0, 9).map((a) => ({ agent: a.id, name: a.name, team: a.team, figures: a.figures, before: a.figures }));
  const total = kind === "queues" ? queueFigures([0, 0, 4392, 0.75, 0.045, 34, 0.8]) : agentFigures();
  return { period: period(first), compared: period(first), rows: kind === "queues" ? rows : people, total, total_before: kind === "queues" ? queueFigures([0, 0, 4200, 0.77, 0.034, 30, 0.77]) : agentFigures() };
}
const OCC = [62, 68, 74, 81, 86, 88, 91, 89, 84, 79, 76, 78, 83, 85, 87, 84, 80, 77, 73, 66];
const LOST = [1.8, 2.2, 3.1, 4.4, 6.2, 7.8, 8.9, 7.1, 5.3, 4.1, 3.6, 3.8, 4.6, 5.4, 5.8, 4.7, 3.9, 3.2, 2.6, 2];
export function intervals(query) {
  const start = new Date(); start.setHours(8, 0, 0, 0);
  const point = (i, occ, lost, at) => ({ start_at: at + i * 1_800_000, figures: { occupancy: rate(occ * 1e5, 1e7), abandon_rate: rate(lost, 100, 0.05), service_level: rate(100 - lost * 4, 100, 0.8), asa: fig(20000 + lost * 3000) } });
  const back = start.getTime() - Math.max(0, start.getTime() + 20 * 1_800_000 - Date.now());
  return { period: period("x"), compared: period("y"), step: query.get("step") ?? "30m", points: OCC.map((o, i) => point(i, o, LOST[i], back)), before: OCC.map((o, i) => point(i, o - 6, LOST[i] * 0.7, back - 6048e5)) };
}
