// The microphone: asked for once and kept, its loss noticed, its level measured while somebody looks. No call is known here.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Device } from "./phone";

const WANTED: MediaStreamConstraints = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: false };

const found = signal<Device>("unknown");
const label = signal("");
let stream: MediaStream | null = null;
let opening: Promise<MediaStream | null> | null = null;

export const deviceState: ReadonlySignal<Device> = found;
export const deviceName: ReadonlySignal<string> = label;

/** The open microphone, asked for if need be; null: there is none, and `deviceState` says why. */
export function openMicrophone(): Promise<MediaStream | null> {
  if (stream?.getAudioTracks().some((track) => track.readyState === "live")) return Promise.resolve(stream);
  opening ??= ask().finally(() => {
    opening = null;
  });
  return opening;
}

async function ask(): Promise<MediaStream | null> {
  if (!navigator.mediaDevices?.getUserMedia) {
    found.value = "denied";
    return null;
  }
  if (found.value !== "ready") found.value = "asking";
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    found.value = name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotFoundError" ? "missing" : "failed";
    stream = null;
    return null;
  }
  const track = stream.getAudioTracks()[0];
  label.value = track?.label ?? "";
  found.value = "ready";
  track?.addEventListener("ended", () => {
    stream = null;
    found.value = "missing";
  });
  return stream;
}

export function closeMicrophone(): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  if (found.value === "ready") found.value = "unknown";
}

if (typeof navigator !== "undefined") {
  navigator.mediaDevices?.addEventListener?.("devicechange", () => {
    if (found.value === "missing" || found.value === "failed") void openMicrophone();
  });
}

/** Calls `show` with the level, 0 to 1, about 15 times a second. Returns what ends it. */
export function watchLevel(open: MediaStream, show: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(open);
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const decibels = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-6);
    show(Math.min(1, Math.max(0, (decibels + 60) / 54)));
  }, 66);
  return () => {
    window.clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}
