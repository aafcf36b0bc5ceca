// The softphone over SIP and WebRTC (JsSIP): registers with the account of this log-in, rings, answers, carries sound.
// Which call it is and who calls comes over the live connection; here there is at most one session.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import * as JsSIP from "jssip";
import type { IncomingRTCSessionEvent, RTCSessionEvent, UA as UserAgent } from "jssip/lib/UA";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { PhoneBody } from "../api/types";
import { closeMicrophone, deviceName, deviceState, openMicrophone } from "./microphone";
import type { Phone, PhoneState, Ring } from "./phone";
import { STARTING } from "./phone";
import { oneTelephoneEvent } from "./sdp";

/** On these the service rings the desk because of something that its agent did: the phone answers by itself. */
const ANSWERED_BY_ITSELF = ["placing", "reconnect", "taking"];
/** The header of the INVITE that says why it rings: the role of the leg. */
const ROLE = "X-Call-Role";
const REGISTER_AGAIN_MS = [500, 1000, 2000, 4000];
/** So long an answer waits for STUN and TURN servers after the first address: one that is gone must not keep a caller waiting. */
const ADDRESSES_MS = 1500;
const TONE = { duration: 160, interToneGap: 100, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 };

export class SipPhone implements Phone {
  readonly microphone = true;
  readonly state: ReadonlySignal<PhoneState>;
  readonly #state = signal<PhoneState>({ ...STARTING, lineSince: Date.now() });
  readonly #account: PhoneBody;
  readonly #audio: HTMLAudioElement;
  #agent: UserAgent | null = null;
  #session: RTCSession | null = null;
  #again: number | undefined;
  #failures = 0;
  #unwatch: () => void = () => undefined;

  constructor(account: PhoneBody) {
    this.#account = account;
    this.state = this.#state;
    this.#audio = document.createElement("audio");
    this.#audio.autoplay = true;
    this.#audio.id = "remote-sound";
    document.body.append(this.#audio);
  }

  async start(): Promise<void> {
    this.#unwatch = effect(() => this.#set({ device: deviceState.value, deviceName: deviceName.value }));
    const { socket, uri, user, password } = this.#account;
    const agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(socketAddress(socket))],
      uri,
      authorization_user: user,
      password,
      register: true,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
    });
    this.#agent = agent;
    agent.on("registered", () => {
      this.#failures = 0;
      this.#line("ready");
    });
    agent.on("registrationFailed", (event) => {
      const status = event.response?.status_code;
      this.#line(status === 401 || status === 403 ? "refused" : "lost");
      const pause = REGISTER_AGAIN_MS[Math.min(this.#failures++, REGISTER_AGAIN_MS.length - 1)];
      window.clearTimeout(this.#again);
      this.#again = window.setTimeout(() => agent.isConnected() && agent.register(), pause);
    });
    agent.on("disconnected", () => this.#line("lost"));
    agent.on("unregistered", () => this.#line("lost"));
    agent.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.originator === "remote") this.#rings(event as IncomingRTCSessionEvent);
    });
    agent.start();
    await openMicrophone();
  }

  stop(): void {
    window.clearTimeout(this.#again);
    this.#unwatch();
    this.#agent?.stop();
    this.#agent = null;
    this.#session = null;
    this.#audio.remove();
    closeMicrophone();
  }

  async answer(): Promise<void> {
    const session = this.#session;
    if (!session || !session.isInProgress() || this.#state.value.ring !== "ringing") return;
    this.#set({ ring: "answering" });
    const stream = await openMicrophone();
    if (!session.isInProgress()) return;
    if (!stream) {
      // Nobody should talk to an agent who cannot be heard: the service offers the call to somebody else.
      session.terminate({ status_code: 480, reason_phrase: "No microphone" });
      return;
    }
    session.answer({
      mediaStream: stream,
      pcConfig: { iceServers: this.#account.ice_servers.map((server) => ({ urls: server.urls, ...credentials(server) })) },
    });
  }

  reject(): void {
    if (this.#session?.isInProgress()) this.#session.terminate({ status_code: 486 });
  }

  hangUp(): void {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate();
  }

  async setMuted(muted: boolean): Promise<void> {
    if (!this.#session?.isEstablished()) return;
    if (muted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
    this.#set({ muted });
  }

  async sendDigits(digits: string): Promise<void> {
    if (this.#session?.isEstablished()) this.#session.sendDTMF(digits, TONE);
  }

  async repairDevice(): Promise<void> {
    await openMicrophone();
  }

  #rings({ session, request }: IncomingRTCSessionEvent): void {
    const role = (request.getHeader(ROLE) ?? "").trim().toLowerCase();
    const before = this.#session;
    if (before && !before.isEnded()) {
      if (role !== "reconnect") {
        session.terminate({ status_code: 486 });
        return;
      }
      this.#session = null;
      before.terminate();
    }
    this.#session = session;
    this.#set({ ring: "ringing", muted: false });
    session.on("sdp", (description) => {
      description.sdp = oneTelephoneEvent(description.sdp);
    });
    session.on("icecandidate", this.#enoughAddresses());
    session.on("peerconnection", ({ peerconnection }) => this.#listen(session, peerconnection));
    session.on("accepted", () => this.#ring(session, "up"));
    session.on("ended", () => this.#over(session));
    session.on("failed", () => this.#over(session));
    if (ANSWERED_BY_ITSELF.includes(role)) void this.answer();
  }

  /** Answers as soon as the kind of address that the servers are there for has come. */
  #enoughAddresses(): (event: { candidate: RTCIceCandidate; ready: () => void }) => void {
    const kinds = this.#account.ice_servers.flatMap((server) => server.urls).map((url) => (/^turns?:/.test(url) ? "relay" : "srflx"));
    const awaited = kinds.includes("relay") ? "relay" : kinds[0];
    let timer: number | undefined;
    return ({ candidate, ready }) => {
      if (candidate.type === awaited) ready();
      else timer ??= window.setTimeout(ready, ADDRESSES_MS);
    };
  }

  #listen(session: RTCSession, connection: RTCPeerConnection): void {
    connection.addEventListener("track", (event) => {
      if (this.#session !== session) return;
      this.#audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void this.#audio.play().catch(() => undefined);
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (connection.iceConnectionState === "failed" && !session.isEnded()) session.terminate();
    });
  }

  #ring(session: RTCSession, ring: Ring): void {
    if (this.#session === session) this.#set({ ring });
  }

  #over(session: RTCSession): void {
    if (this.#session !== session) return;
    this.#session = null;
    this.#audio.srcObject = null;
    this.#set({ ring: "none", muted: false });
  }

  #line(line: PhoneState["line"]): void {
    if (this.#state.value.line !== line) this.#set({ line, lineSince: Date.now() });
  }

  #set(change: Partial<PhoneState>): void {
    this.#state.value = { ...this.#state.peek(), ...change };
  }
}

/** A path means this page's own origin. */
export function socketAddress(socket: string): string {
  return socket.startsWith("/") ? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${socket}` : socket;
}

function credentials(server: PhoneBody["ice_servers"][number]): RTCIceServer | object {
  return server.username === null ? {} : { username: server.username, credential: server.credential ?? "" };
}
