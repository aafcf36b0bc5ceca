// The phone of the rootless demo: no sound and no SIP, but a device of its own in the simulated network, on the server. It rings
// when the live views say so; what the person does with it goes to the device.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { ApiFault } from "../api/http";
import type { PhoneBody } from "../api/types";
import { linkState, notLiveSince } from "../live/socket";
import type { Phone, PhoneState, Ring } from "./phone";
import { STARTING } from "./phone";

const UNREACHED = { en: "The telephone cannot be reached. Try again in a moment.", zh: "无法连接话机，请稍后重试。" };
const NO_CALL = { en: "There is no such call on this telephone any more.", zh: "话机上已没有此通话。" };

export class SimulatedPhone implements Phone {
  readonly microphone = false;
  readonly state: ReadonlySignal<PhoneState>;
  readonly #account: PhoneBody;
  readonly #ring: ReadonlySignal<Ring>;
  readonly #answering = signal(false);
  readonly #muted = signal(false);
  #stop: () => void = () => undefined;

  /** `ring`: what the live views say about my device. */
  constructor(account: PhoneBody, ring: ReadonlySignal<Ring>) {
    this.#account = account;
    this.#ring = ring;
    this.state = computed(() => ({
      ...STARTING,
      line: linkState.value === "live" ? "ready" : linkState.value === "lost" ? "lost" : "starting",
      lineSince: notLiveSince.value ?? 0,
      device: "ready",
      ring: ring.value === "ringing" && this.#answering.value ? "answering" : ring.value,
      muted: ring.value === "up" && this.#muted.value,
    }));
  }

  start(): Promise<void> {
    // Answered: no more to be answered until it rings anew, even when the views are a moment behind.
    this.#stop = effect(() => {
      if (this.#ring.value !== "ringing") this.#answering.value = false;
    });
    return Promise.resolve();
  }

  stop(): void {
    this.#stop();
    this.#answering.value = false;
  }

  async answer(): Promise<void> {
    this.#answering.value = true;
    this.#muted.value = false;
    try {
      await this.#ask("answer");
    } catch (error) {
      this.#answering.value = false;
      throw error;
    }
  }

  reject(): void {
    void this.#ask("reject").catch(() => undefined);
  }

  hangUp(): void {
    void this.#ask("hang-up").catch(() => undefined);
  }

  async setMuted(muted: boolean): Promise<void> {
    await this.#ask("mute", { muted });
    this.#muted.value = muted;
  }

  async sendDigits(digits: string): Promise<void> {
    await this.#ask("digits", { digits });
  }

  repairDevice(): Promise<void> {
    return Promise.resolve();
  }

  async #ask(verb: string, body: object = {}): Promise<void> {
    let response: Response;
    try {
      response = await fetch(`${this.#account.socket}/${verb}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Phone-Password": this.#account.password },
        body: JSON.stringify(body),
      });
    } catch {
      throw new ApiFault(0, "unreached", UNREACHED);
    }
    if (!response.ok) throw new ApiFault(response.status, "phone", response.status === 409 ? NO_CALL : UNREACHED);
  }
}
