// The phone of the rootless demo: no sound, no SIP. Its device is on the server, in the simulated carrier; this tells it to answer.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { api } from "../api/http";
import { lastHeardAt, linkState } from "../live/socket";
import type { Phone, PhoneState, Ring } from "./phone";
import { STARTING } from "./phone";

export class SimulatedPhone implements Phone {
  readonly carriesSound = false;
  readonly state: ReadonlySignal<PhoneState>;
  readonly #ring = signal<Ring>("none");

  /** `ring`: what the live views say about my device; there is nothing else to hear it ring. */
  constructor(ring: ReadonlySignal<Ring>) {
    this.state = computed(() => ({
      ...STARTING,
      line: linkState.value === "live" ? "ready" : linkState.value === "lost" ? "lost" : "starting",
      lineSince: lastHeardAt.peek(),
      device: "ready",
      ring: ring.value === "ringing" && this.#ring.value === "answering" ? "answering" : ring.value,
    }));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): void {
    this.#ring.value = "none";
  }

  async answer(): Promise<void> {
    this.#ring.value = "answering";
    try {
      await api.post("/me/phone/answer");
    } finally {
      this.#ring.value = "none";
    }
  }

  reject(): void {
    // The service withdraws the ringing itself when the offer is rejected.
  }

  hangUp(): void {
    // The service ends the leg itself when the call is hung up.
  }

  setMuted(): void {
    // No sound: the page shows no Mute (`carriesSound`).
  }

  sendDigits(): void {
    // No sound: the page shows no keypad (`carriesSound`).
  }

  repairDevice(): Promise<void> {
    return Promise.resolve();
  }
}
