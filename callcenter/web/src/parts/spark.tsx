// A line of the last hours beside a figure: dashed line = target, dot = now. Only where a series stands behind it.
const WIDTH = 76;
const HEIGHT = 32;

export function Spark({ values, target }: { values: readonly (number | null)[]; target: number | null }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 3) return <span class="spark" />;
  const low = Math.min(...known, target ?? Infinity);
  const high = Math.max(...known, target ?? -Infinity);
  const y = (value: number) => (high === low ? HEIGHT / 2 : 29 - ((value - low) / (high - low)) * 26);
  const x = (index: number) => 2 + (index / (values.length - 1)) * (WIDTH - 6);
  let path = "";
  let last: [number, number] | null = null;
  values.forEach((value, index) => {
    if (value === null) return;
    path += `${last === null ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    last = [x(index), y(value)];
  });
  const end = last as [number, number] | null;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {target === null ? null : <path class="tg" d={`M2 ${y(target).toFixed(1)}H${WIDTH - 4}`} />}
      <path d={path} />
      {end ? <circle cx={end[0]} cy={end[1]} r="2.5" /> : null}
    </svg>
  );
}
