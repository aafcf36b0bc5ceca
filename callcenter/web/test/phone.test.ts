// Keys of the keyboard by their printed names, keys of the telephone in the session description, and the two dark blocks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nameOf } from "../src/keys";
import { oneTelephoneEvent } from "../src/phone/sdp";

const press = (key: string, more: object = {}) => nameOf({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("keys are named as they are printed", () => {
  assert.equal(press("F8"), "F8");
  assert.equal(press("F9", { shiftKey: true }), "Shift F9");
  assert.equal(press("k", { ctrlKey: true, code: "KeyK" }), "Ctrl K");
  assert.equal(press("k", { metaKey: true, code: "KeyK" }), "Ctrl K");
  assert.equal(press("å", { altKey: true, code: "KeyA" }), "Alt A");
  assert.equal(press("1", { altKey: true, code: "Digit1" }), "Alt 1");
  assert.equal(press("Escape"), "Esc");
  assert.equal(press("7", { code: "Numpad7" }), "7");
});

const OFFER = ["v=0", "m=audio 4000 UDP/TLS/RTP/SAVPF 111 0 110 126", "a=rtpmap:111 opus/48000/2", "a=rtpmap:0 PCMU/8000", "a=rtpmap:110 telephone-event/48000", "a=rtpmap:126 telephone-event/8000", "a=fmtp:110 0-16", "a=fmtp:126 0-16", ""].join("\r\n");

test("with opus, keys have one clock rate, and it is that of opus", () => {
  const sdp = oneTelephoneEvent(OFFER);
  assert.match(sdp, /^m=audio 4000 UDP\/TLS\/RTP\/SAVPF 111 0 110\r$/m);
  assert.doesNotMatch(sdp, /126/);
  assert.match(sdp, /a=fmtp:110 0-16/);
});

test("with G.711 before opus, keys have its clock rate, though opus is there too", () => {
  const sdp = oneTelephoneEvent(OFFER.replace("SAVPF 111 0", "SAVPF 0 111"));
  assert.match(sdp, /^m=audio 4000 UDP\/TLS\/RTP\/SAVPF 0 111 126\r$/m);
  assert.doesNotMatch(sdp, /110 telephone-event|fmtp:110/);
  assert.match(sdp, /a=fmtp:126 0-16/);
});

test("a codec of the static kind needs no line", () => {
  assert.match(oneTelephoneEvent(OFFER.replace("SAVPF 111 0", "SAVPF 0 111").replace("a=rtpmap:0 PCMU/8000\r\n", "")), / 0 111 126\r$/m);
});

test("with one rate only, or none that fits, nothing is taken out", () => {
  const single = OFFER.replace("a=rtpmap:110 telephone-event/48000\r\n", "");
  assert.equal(oneTelephoneEvent(single), single);
  const other = OFFER.replace("opus/48000", "L16/16000");
  assert.equal(oneTelephoneEvent(other), other);
});

test("the two dark blocks of the tokens are equal", () => {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const block = (start: string) => {
    const from = css.indexOf("{", css.indexOf(start)) + 1;
    return css.slice(from, css.indexOf("}", from)).split(/\s*;\s*/).map((line) => line.trim()).filter(Boolean);
  };
  const bySystem = block(':root:not([data-theme="light"])');
  assert.ok(bySystem.length > 40);
  assert.deepEqual(block(':root[data-theme="dark"]'), bySystem);
});
