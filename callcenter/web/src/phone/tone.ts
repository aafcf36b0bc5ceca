// The ringing of the page, made here: two soft tones, one second on, two off. Nothing is loaded.
let context: AudioContext | null = null;
let ringing: number | undefined;

function sound(at: number, frequency: number, length: number, volume: number): void {
  if (!context) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.02);
  gain.gain.setValueAtTime(volume, at + length - 0.06);
  gain.gain.linearRampToValueAtTime(0, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

function once(): void {
  // Until somebody has touched the page the browser allows no sound; asking for it anyway would only fill its console.
  if (!context && navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  const at = context.currentTime + 0.02;
  for (const [delay, frequency] of [[0, 587], [0.22, 740], [0.44, 587], [0.66, 740]] as const) sound(at + delay, frequency, 0.2, 0.12);
}

export function startRinging(): void {
  if (ringing !== undefined) return;
  once();
  ringing = window.setInterval(once, 3000);
}

export function stopRinging(): void {
  window.clearInterval(ringing);
  ringing = undefined;
}

/** For the check before a shift. */
export function testSound(): void {
  once();
}
