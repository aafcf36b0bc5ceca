// A figure with its formula: hover or focus shows it with the numbers put in; where calls stand behind it, Enter opens them.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Figure as FigureBody } from "../api/types";
import { formulas, judge, parts, sides, unitOf, written } from "../figures";
import { said, t } from "../i18n";
import { useLayer } from "../keys";
import { Icon } from "./icons";

interface Props {
  readonly name: string;
  readonly figure: FigureBody | undefined;
  /** What the figure is of: a queue's name, all queues. */
  readonly of: string;
  readonly digits?: number;
  /** Opens the calls behind it. */
  readonly open?: (() => void) | undefined;
  readonly expanded?: boolean;
}

export function Figure({ name, figure, of, digits, open, expanded }: Props) {
  const [shown, setShown] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useLayer(() => setShown(false), shown);
  const text = written(name, figure?.value, digits ?? 1);
  const state = judge(name, figure);
  const formula = formulas.value.get(name);
  const show = () => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setShown(true), 250);
  };
  const hide = () => {
    window.clearTimeout(timer.current);
    setShown(false);
  };
  const calls = open !== undefined && formula?.calls !== false && (figure?.value ?? 0) > 0;
  // What opens below must not lie under the formula.
  const press = () => {
    hide();
    open?.();
  };
  const inner = (
    <>
      {state ? <Icon name={state === "danger" ? "stop" : "warn"} size="xs" /> : null}
      {text}
    </>
  );
  const className = `sig ${state === "danger" ? "bad" : state === "warn" ? "amber" : ""} ${calls ? "drill" : ""}`;
  return (
    <span class="figure" onMouseEnter={show} onMouseLeave={hide} onFocusIn={() => setShown(true)} onFocusOut={hide}>
      {calls ? (
        <button type="button" class={`plain ${className}`} aria-expanded={expanded} onClick={press}>
          {inner}
        </button>
      ) : (
        <span class={className} tabIndex={formula ? 0 : undefined}>
          {inner}
        </span>
      )}
      {shown && formula ? <FormulaTip name={name} figure={figure} of={of} /> : null}
    </span>
  );
}

function FormulaTip({ name, figure, of }: { name: string; figure: FigureBody | undefined; of: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const at = box.current;
    const anchor = at?.parentElement?.getBoundingClientRect();
    if (!at || !anchor) return;
    const { width, height } = at.getBoundingClientRect();
    at.style.left = `${Math.max(8, Math.min(anchor.right - width, document.documentElement.clientWidth - width - 8))}px`;
    const below = anchor.bottom + 6;
    at.style.top = `${below + height > window.innerHeight - 8 ? Math.max(8, anchor.top - height - 6) : below}px`;
  }, []);
  const formula = formulas.value.get(name);
  if (!formula) return null;
  const words = sides(said(formula.formula));
  const numbers = figure ? parts(name, figure) : null;
  const value = written(name, figure?.value);
  return (
    <div ref={box} class="tip formula" role="tooltip">
      <div class="row">
        <span class="b">{said(formula.title)}</span>
        <span class="push xs t3">{of}</span>
      </div>
      <div class="equation">
        {words ? <Fraction above={words.above} below={words.below} /> : <span>{said(formula.formula)}</span>}
        {numbers ? (
          <>
            <span>=</span>
            <Fraction above={numbers.above} below={numbers.below} />
          </>
        ) : null}
        <span>=</span>
        <span class="b">{value}</span>
      </div>
      {figure?.target != null ? (
        <div class="xs t2">{t(formula.target_is === "at_least" ? "target.atLeast" : "target.atMost", { target: written(name, figure.target, unitOf(name) === "ratio" ? 0 : 1) })}</div>
      ) : null}
      {said(formula.note) ? <div class="xs t2">{said(formula.note)}</div> : null}
      {figure?.value === null ? <div class="xs t2">{t("figure.none")}</div> : null}
    </div>
  );
}

function Fraction({ above, below }: { above: string; below: string }) {
  return (
    <span class="frac">
      <span>{above}</span>
      <span>{below}</span>
    </span>
  );
}
