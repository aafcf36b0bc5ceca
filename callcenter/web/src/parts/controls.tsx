// Small controls that every page uses: key cap, segmented switch, picker, popover, skeleton, notes and banners of trouble.
import type { ComponentChildren, TargetedKeyboardEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApiFault } from "../api/http";
import { clock } from "../format";
import { language, said, t } from "../i18n";
import { useLayer } from "../keys";
import { zone } from "../session";
import { Icon, type IconName } from "./icons";

export function Kbd({ children }: { children: ComponentChildren }) {
  return <kbd class="kbd">{children}</kbd>;
}

/** Grey bars in the place of what is still loading. Widths in percent. */
export function Skeleton({ widths = [60], height }: { widths?: readonly number[]; height?: number }) {
  return (
    <>
      {widths.map((width, index) => (
        <span key={index} class="skel" style={{ display: "block", width: `${width}%`, ...(height ? { height: `${height}px` } : {}) }} />
      ))}
    </>
  );
}

/** Rows of a list that is still loading, each as high as a real one. */
export function SkeletonRows({ rows, height }: { rows: number; height: number }) {
  return (
    <div class="skel-rows" role="status" aria-label={t("loading")} data-state="loading">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} style={{ height: `${height}px` }}>
          <Skeleton widths={[30 + ((index * 37) % 45)]} />
        </div>
      ))}
    </div>
  );
}

export function Empty({ icon = "info", title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty" data-state="empty">
      <Icon name={icon} />
      <span>{title}</span>
      {children}
    </div>
  );
}

/** What failed and what to do, with Try again; the panels around it are unharmed. `of`: which choice of hers it is about. */
export function Fault({ fault, again, asOf, of = "" }: { fault: ApiFault; again?: () => void; asOf?: number | null; of?: string }) {
  return (
    <div class="fault" role="alert" data-state={fault.status === 0 ? "disconnected" : "error"}>
      <Icon name="warn" size="sm" />
      <span class="grow">
        {of ? <b class="b">{of}: </b> : null}
        {said(fault.words)}
        {asOf ? <span class="t3"> {t("asOf", { time: clock(asOf, language.value, zone.value) })}</span> : null}
      </span>
      {again ? (
        <button class="linkbtn nowrap" onClick={again}>
          {t("tryAgain")}
        </button>
      ) : null}
    </div>
  );
}

export function Note({ icon = "info", children }: { icon?: IconName; children: ComponentChildren }) {
  return (
    <div class="note">
      <Icon name={icon} />
      <span>{children}</span>
    </div>
  );
}

export function Segments<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <div class={`seg ${props.className ?? ""}`} role="group" aria-label={props.label}>
      {props.options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === props.value} onClick={() => props.onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}

/** What floats below its button: closed by Esc, by a click elsewhere, and when the focus leaves it. */
export function Popover(props: {
  open: boolean;
  close: () => void;
  children: ComponentChildren;
  className?: string;
  label: string;
  role?: "menu" | "dialog";
}) {
  const box = useRef<HTMLDivElement>(null);
  useLayer(props.close, props.open);
  useEffect(() => {
    if (!props.open) return;
    const outside = (event: MouseEvent) => {
      const anchor = box.current?.closest(".anchor") ?? box.current;
      if (!anchor?.contains(event.target as Node)) props.close();
    };
    document.addEventListener("mousedown", outside);
    return () => document.removeEventListener("mousedown", outside);
  }, [props.open, props.close]);
  useLayoutEffect(() => {
    const at = box.current;
    if (!props.open || !at) return;
    const beyond = at.getBoundingClientRect().right - (document.documentElement.clientWidth - 8);
    if (beyond > 0) at.style.marginLeft = `${-beyond}px`;
    const before = 8 - at.getBoundingClientRect().left;
    if (before > 0) at.style.marginRight = `${-before}px`;
  }, [props.open]);
  if (!props.open) return null;
  return (
    <div ref={box} class={`menu floats ${props.className ?? ""}`} role={props.role ?? "menu"} aria-label={props.label} onKeyDown={walk}>
      {props.children}
    </div>
  );
}

/** Arrow keys walk through the items of a menu. */
function walk(event: TargetedKeyboardEvent<HTMLDivElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]")];
  if (items.length === 0) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

export interface PickerOption {
  readonly value: string;
  readonly label: string;
}

/** One of a list. The button says what it is for and what is chosen. */
export function Picker(props: { label: string; value: string; shown?: string; options: readonly PickerOption[]; onChange: (value: string) => void; children?: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const current = props.shown ?? props.options.find((option) => option.value === props.value)?.label ?? "";
  return (
    <span class="anchor">
      <button type="button" class="pick" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>{props.label}</span>
        <span>{current}</span>
        <Icon name="down" size="sm" />
      </button>
      <Popover open={open} close={close} label={props.label}>
        <ul>
          {props.options.map((option) => (
            <li key={option.value}>
              <button
                type="button"
                role="menuitemradio"
                aria-checked={option.value === props.value}
                onClick={() => {
                  props.onChange(option.value);
                  close();
                }}
              >
                <span class="tick">{option.value === props.value ? <Icon name="check" size="sm" /> : null}</span>
                {option.label}
              </button>
            </li>
          ))}
        </ul>
        {props.children}
      </Popover>
    </span>
  );
}

/** Several of a list; none chosen means all, or what `none` says. */
export function MultiPicker(props: { label: string; chosen: readonly string[]; options: readonly PickerOption[]; none?: string | undefined; onChange: (chosen: string[]) => void }) {
  const [open, setOpen] = useState(false);
  const { chosen, options } = props;
  const none = props.none ?? t("all");
  const shown = chosen.length === 0 ? none : chosen.length === 1 ? (options.find((each) => each.value === chosen[0])?.label ?? "") : t("someOf", { some: chosen.length, all: options.length });
  return (
    <span class="anchor">
      <button type="button" class="pick" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {props.label ? <span>{props.label}</span> : null}
        <span>{shown}</span>
        <Icon name="down" size="sm" />
      </button>
      <Popover open={open} close={() => setOpen(false)} label={props.label}>
        <ul>
          <li>
            <button type="button" role="menuitemcheckbox" aria-checked={chosen.length === 0} onClick={() => props.onChange([])}>
              <span class="tick">{chosen.length === 0 ? <Icon name="check" size="sm" /> : null}</span>
              {none}
            </button>
          </li>
          {options.map((option) => {
            const on = chosen.includes(option.value);
            return (
              <li key={option.value}>
                <button
                  type="button"
                  role="menuitemcheckbox"
                  aria-checked={on}
                  onClick={() => props.onChange(on ? chosen.filter((each) => each !== option.value) : [...chosen, option.value])}
                >
                  <span class="tick">{on ? <Icon name="check" size="sm" /> : null}</span>
                  {option.label}
                </button>
              </li>
            );
          })}
        </ul>
      </Popover>
    </span>
  );
}

/** What cannot be taken back is asked once more, on the button itself. */
export function Sure({ label, act, className = "btn" }: { label: string; act: () => void; className?: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class={className}
      onBlur={() => setAsked(false)}
      onClick={() => {
        if (asked) act();
        setAsked(!asked);
      }}
    >
      {asked ? t("hook.sure") : label}
    </button>
  );
}

/** Parts of a whole beside each other, each as wide as its share. */
export function Stack({ parts, label }: { parts: readonly { share: number; fill: string; title: string }[]; label: string }) {
  const whole = parts.reduce((sum, part) => sum + part.share, 0);
  let from = 0;
  return (
    <svg class="stackbar" viewBox="0 0 400 10" preserveAspectRatio="none" role="img" aria-label={label}>
      {whole === 0 ? <rect x="0" y="0" width="400" height="10" rx="2" fill="var(--hover)" /> : null}
      {parts.map((part) => {
        if (part.share === 0) return null;
        const width = (part.share / whole) * 400;
        const at = from;
        from += width;
        return (
          <rect key={part.title} x={at} y="0" width={Math.max(2, width - 2)} height="10" rx="2" fill={part.fill}>
            <title>{part.title}</title>
          </rect>
        );
      })}
    </svg>
  );
}
