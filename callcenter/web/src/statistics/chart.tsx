// A figure over the day: now solid (line or bars), the compared period dotted, the target dashed; over target turns danger.
// The canvas is uPlot's; its table is below on the page. Colours are the tokens', read anew when the theme changes.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { IntervalPoint, SeriesBody } from "../api/types";
import { clock, percent, shortDay } from "../format";
import { unitOf, written } from "../figures";
import { language, t } from "../i18n";
import { theme, zone } from "../session";
import { lines, niceTop } from "./axis";

const DARK = "(prefers-color-scheme: dark)";

interface Props {
  readonly series: SeriesBody;
  readonly name: string;
  readonly kind: "line" | "bars";
  readonly target: number | null;
  readonly label: string;
}

function values(points: readonly IntervalPoint[], name: string, until: number): (number | null)[] {
  return points.map((point) => (point.start_at > until ? null : (point.figures[name]?.value ?? null)));
}

export function Chart({ series, name, kind, target, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const spoken = language.value;
  const at = zone.value;
  const look = theme.value;
  const [dark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const system = matchMedia(DARK);
    const turned = () => setDark(system.matches);
    system.addEventListener("change", turned);
    return () => system.removeEventListener("change", turned);
  }, []);

  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const font = `12px ${style.getPropertyValue("--font")}`;
    const ink = color("--text-3");
    const daily = series.step === "1d";
    const all = values(series.points, name, Date.now());
    const past = series.points.map((_, index) => series.before?.[index]?.figures[name]?.value ?? null);
    const [from, to] = inUse(all, past, kind === "bars" ? 24 : 8);
    const seconds = series.points.slice(from, to).map((point) => point.start_at / 1000);
    const today = all.slice(from, to);
    const before = past.slice(from, to);
    const over = (value: number | null) => target !== null && value !== null && value > target;
    const data: uPlot.AlignedData = [seconds, before, today];
    const peak = Math.max(0.0001, ...[...today, ...before].filter((value): value is number => value !== null), target ?? 0);
    const top = unitOf(name) === "ratio" ? Math.min(1, niceTop(peak)) : niceTop(peak);
    const step = seconds.length > 1 ? seconds[1]! - seconds[0]! : 900;

    const options: uPlot.Options = {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [18, 8, 0, 0],
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
      legend: { show: false },
      scales: { x: { time: true, range: () => [seconds[0]! - step * 0.6, seconds.at(-1)! + step * 0.6] }, y: { range: () => [0, top] } },
      axes: [
        {
          stroke: ink,
          font,
          grid: { show: false },
          ticks: { show: false },
          size: 24,
          gap: 4,
          splits: () => spaced(seconds, Math.max(2, Math.floor(host.clientWidth / 90))),
          values: (_, splits) => splits.map((each) => (daily ? shortDay(each * 1000, spoken, at) : clock(each * 1000, spoken, at))),
        },
        {
          stroke: ink,
          font,
          grid: { stroke: color("--c-grid"), width: 1 },
          ticks: { show: false },
          size: 44,
          gap: 6,
          splits: () => lines(top),
          values: (_, splits) => splits.map((each) => (unitOf(name) === "ratio" ? percent(each, Number.isInteger(Math.round(lines(top)[1]! * 1e6) / 1e4) ? 0 : 1) : written(name, each))),
        },
      ],
      series: [
        {},
        { stroke: color("--c-before"), width: 1.6, dash: [2, 4], cap: "round", points: { show: false }, spanGaps: false },
        kind === "line"
          ? { stroke: color("--c-now"), width: 2, points: { show: (_u, _i, from, to) => to - from < 2, size: 6, fill: color("--c-now") }, spanGaps: false }
          : {
              fill: color("--c-now"),
              width: 0,
              points: { show: false },
              paths: uPlot.paths.bars!({
                size: [0.56, 22],
                radius: 0.12,
                disp: { fill: { unit: 3, values: (_u, index) => (index === 2 ? today : before).map((value) => (over(value) ? color("--danger") : color("--c-now"))) } },
              }),
            },
      ],
      hooks: { drawClear: [], draw: [(plot) => drawTarget(plot, target, color("--c-target")), (plot) => drawPeak(plot, today, name, over, color, font)] },
    };
    const plot = new uPlot(options, data, host);
    const resized = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: host.clientHeight }));
    resized.observe(host);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [series, name, kind, target, spoken, at, look, dark]); // the colours are read when it is made

  return <div ref={box} class="plot" role="img" aria-label={`${label}: ${t("chart.by", { step: t(`step.${series.step}`) })}`} />;
}

/** From the first to the last interval in which anything was counted, today or before; a few more when that is very short. */
export function inUse(now: readonly (number | null)[], before: readonly (number | null)[], least: number): [from: number, to: number] {
  const known = now.map((value, index) => value !== null || before[index] != null);
  const from = known.indexOf(true);
  const to = known.lastIndexOf(true) + 1;
  if (from < 0) return [0, now.length];
  const start = Math.max(0, Math.min(from, now.length - least));
  return [start, Math.max(to, Math.min(now.length, start + least))];
}

function spaced(all: readonly number[], most: number): number[] {
  const every = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, index) => index % every === 0);
}

function drawTarget(plot: uPlot, target: number | null, color: string): void {
  if (target === null) return;
  const y = Math.round(plot.valToPos(target, "y", true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** The highest point carries its value. */
function drawPeak(plot: uPlot, today: readonly (number | null)[], name: string, over: (value: number | null) => boolean, color: (token: string) => string, font: string): void {
  let best = -1;
  today.forEach((value, index) => {
    if (value !== null && value > 0 && (best < 0 || value > (today[best] ?? 0))) best = index;
  });
  const value = best < 0 ? null : (today[best] ?? null);
  if (value === null) return;
  const x = plot.valToPos(plot.data[0][best]!, "x", true);
  const y = plot.valToPos(value, "y", true);
  const { ctx } = plot;
  ctx.save();
  ctx.font = `600 ${12 * devicePixelRatio}px ${font.slice(5)}`;
  ctx.textAlign = "center";
  ctx.fillStyle = over(value) ? color("--danger-ink") : color("--text");
  ctx.fillText(unitOf(name) === "ratio" ? percent(value, value < 0.2 ? 1 : 0) : written(name, value), x, y - 7 * devicePixelRatio);
  ctx.restore();
}
