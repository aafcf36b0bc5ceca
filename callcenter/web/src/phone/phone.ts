// What a softphone can do for the agent's page, whatever carries the sound. The two that exist: sip.ts and simulated.ts.
import type { ReadonlySignal } from "@preact/signals";

export type Line = "starting" | "ready" | "lost" | "refused";
/** unknown: not asked for yet. */
export type Device = "unknown" | "asking" | "ready" | "missing" | "denied" | "failed";
export type Ring = "none" | "ringing" | "answering" | "up";

export interface PhoneState {
  readonly line: Line;
  /** Local clock since when `line` is what it is. */
  readonly lineSince: number;
  readonly device: Device;
  /** The microphone's own name, when the browser tells it. */
  readonly deviceName: string;
  readonly ring: Ring;
  readonly muted: boolean;
}

export const STARTING: PhoneState = {
  line: "starting",
  lineSince: 0,
  device: "unknown",
  deviceName: "",
  ring: "none",
  muted: false,
};

export interface Phone {
  readonly state: ReadonlySignal<PhoneState>;
  /** False: no sound goes through this page, so there is no microphone to check. */
  readonly microphone: boolean;
  start(): Promise<void>;
  /** Ends a call that is up, gives the line back. */
  stop(): void;
  answer(): Promise<void>;
  /** Turns the ringing away on the device. The service is told separately. */
  reject(): void;
  hangUp(): void;
  setMuted(muted: boolean): Promise<void>;
  /** Sends 0-9, * and # to the other side. */
  sendDigits(digits: string): Promise<void>;
  /** Asks for the microphone again. */
  repairDevice(): Promise<void>;
}
