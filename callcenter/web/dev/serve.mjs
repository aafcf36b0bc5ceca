// Serves the built pages with made-up data, to look at them while there is no service: `npm run dev`, then
// http://127.0.0.1:5180/agent?scene=ringing (idle, new, talking, holding, lost, wrap, over, placing, missed, notready, failed).
// `role` and `lang` likewise; `fail=1` lets every list fail, `slow=1` never answers, `nows=1` has no live connection. Not shipped.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import * as data from "./data.mjs";

const root = fileURLToPath(new URL("../static", import.meta.url));
const TYPES = { js: "text/javascript", css: "text/css", html: "text/html; charset=utf-8", svg: "image/svg+xml" };
const POLICY = "default-src 'self'; frame-ancestors 'none'";
const port = Number(process.env.PORT ?? 5180);

/** What to pretend comes from the page's own address, so that several pages can pretend different things. */
function wishes(request) {
  const from = new URL(request.headers.referer ?? "http://x/", "http://x");
  const jar = new URLSearchParams((request.headers.cookie ?? "").split("wish=")[1]?.split(";")[0] ?? "");
  return { ...Object.fromEntries(jar), ...Object.fromEntries(from.searchParams) };
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  const send = (status, body, type = "application/json") => {
    response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": POLICY, "Cache-Control": "no-store" });
    response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
  if (!url.pathname.startsWith("/api/")) {
    const asset = `${root}${url.pathname}`;
    if (url.pathname.includes(".") && existsSync(asset)) return send(200, readFileSync(asset), TYPES[asset.split(".").pop()]);
    response.setHeader("Set-Cookie", `wish=${url.searchParams.toString()}; Path=/`);
    return send(200, readFileSync(`${root}/index.html`), TYPES.html);
  }
  const wish = wishes(request);
  const at = url.pathname.slice("/api/v1".length);
  const role = wish.role ?? "agent";
  if (at === "/center") return send(200, data.center);
  if (at === "/session") return wish.out ? send(401, { code: "signed_out", message: { en: "Sign in.", zh: "请登录。" }, field: null }) : send(200, data.session(role, wish.lang ?? "en"));
  if (at === "/me/phone") return send(200, { kind: wish.sip ? "jssip" : "simulated", device: "d", uri: "sip:rosa@127.0.0.1", user: "rosa", password: "x", socket: "ws://127.0.0.1:1/ws", ice_servers: [] });
  if (wish.slow) return undefined;
  if (wish.fail) return send(503, { code: "store_unavailable", message: { en: "The database does not answer. Calls go on; try again in a moment.", zh: "数据库没有响应。通话不受影响，请稍后重试。" }, field: null });
  const customer = /^\/contacts\/(\d+)(\/timeline)?$/.exec(at);
  if (customer) return send(200, customer[2] ? data.timeline : data.contact(Number(customer[1])));
  if (at === "/contacts") return send(200, { items: [11, 12, 20].map(data.contact), next: null });
  if (at === "/calls" && request.method === "GET") return send(200, data.calls);
  if (at.endsWith("/notes")) return send(200, { text: "Fee of $38.00 charged on the 3rd and the 17th. Wants it back on the card.", saved_at: Date.now() - 20000 });
  if (at === "/statistics/formulas") return send(200, data.formulas);
  if (at === "/statistics/intervals") return send(200, data.intervals(url.searchParams));
  if (at.startsWith("/statistics/")) return send(200, data.table(at.split("/")[2], url.searchParams));
  return send(200, { call: null });
});

server.on("upgrade", (request, socket) => {
  const wish = wishes({ headers: { ...request.headers, referer: undefined } });
  if (wish.nows) return socket.destroy();
  const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
  const say = (message) => {
    const body = Buffer.from(JSON.stringify({ now: Date.now(), ...message }));
    const head = body.length < 126 ? Buffer.from([0x81, body.length]) : body.length < 65536 ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255]) : Buffer.from([0x81, 127, 0, 0, 0, 0, body.length >>> 24, (body.length >> 16) & 255, (body.length >> 8) & 255, body.length & 255]);
    socket.write(Buffer.concat([head, body]));
  };
  say({ type: "welcome", heartbeat_ms: 2000 });
  const beat = setInterval(() => say({ type: "heartbeat", position: 1, center_version: 1, ready: true }), 1000);
  if (wish.cut) setTimeout(() => socket.destroy(), Number(wish.cut));
  socket.on("close", () => clearInterval(beat));
  socket.on("error", () => clearInterval(beat));
  socket.on("data", (chunk) => {
    const length = chunk[1] & 127;
    const offset = length === 126 ? 4 : 2;
    if ((chunk[0] & 15) !== 1) return;
    const mask = chunk.subarray(offset, offset + 4);
    const text = chunk.subarray(offset + 4).map((byte, index) => byte ^ mask[index % 4]).toString();
    let message;
    try { message = JSON.parse(text); } catch { return; }
    if (message.type !== "subscribe") return;
    const views = message.topic === "desk" ? data.desk(wish.scene) : message.topic === "board" ? data.board(Boolean(wish.empty)) : { center: data.centerView, queues: data.queues(), agents: wish.empty ? {} : data.agents(), calls: {} };
    say({ type: "snapshot", subscription: message.id, topic: message.topic, position: 1, ...views });
  });
});
server.listen(port, "127.0.0.1", () => process.stdout.write(`ready http://127.0.0.1:${port}\n`));
