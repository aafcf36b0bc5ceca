// The upright axis of a chart: round numbers at its top and at every line. Pure.

/** A round number above: 1, 2, 2.5, 5 or 10 times a power of ten, with a little air. */
export function niceTop(peak: number): number {
  const wanted = peak * 1.1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const times of [1, 2, 2.5, 4, 5, 8, 10]) if (times * power >= wanted) return times * power;
  return 10 * power;
}

/** Where the grid lines of a round top lie, so that each of them is round too: quarters of 2, 4 and 8, else fifths. */
export function lines(top: number): number[] {
  const first = Math.round(top / 10 ** Math.floor(Math.log10(top) + 1e-9));
  const parts = [2, 4, 8].includes(first) && Math.abs(top / first - 10 ** Math.round(Math.log10(top / first))) < 1e-9 ? 4 : 5;
  return Array.from({ length: parts + 1 }, (_, index) => (index * top) / parts);
}
