// Fields of the plan's form: a text, a number, one of a list, several of a list.
import type { ComponentChildren } from "preact";
import { MultiPicker, type PickerOption } from "../parts/controls";

export function Group({ title, beside, children }: { title: string; beside?: string; children: ComponentChildren }) {
  return (
    <section class="plan-group">
      <h3>
        {title} {beside ? <span class="count">{beside}</span> : null}
      </h3>
      <div class="fields">{children}</div>
    </section>
  );
}

export function Field(props: { label: string; hint?: string; value: string; name: string; max?: number; type?: "date"; pattern?: string; set: (value: string) => void }) {
  return (
    <label class="field">
      <span>
        {props.label} {props.hint ? <span class="t3">{props.hint}</span> : null}
      </span>
      {props.type === "date" ? (
        <input class="input" name={props.name} type="date" value={props.value} onInput={(event) => props.set(event.currentTarget.value)} />
      ) : (
        <input class="input" name={props.name} value={props.value} maxLength={props.max} pattern={props.pattern} autocomplete="off" onInput={(event) => props.set(event.currentTarget.value)} />
      )}
    </label>
  );
}

/** A number; `per`: how much of what is kept one of what is shown is (1000: seconds kept as ms). */
export function Whole(props: { label: string; hint?: string; value: number; name: string; per?: number; least: number; most: number; step?: string; set: (value: number) => void }) {
  const per = props.per ?? 1;
  return (
    <label class="field">
      <span>
        {props.label} {props.hint ? <span class="t3">{props.hint}</span> : null}
      </span>
      <input
        class="input num"
        name={props.name}
        type="number"
        required
        min={props.least}
        max={props.most}
        step={props.step ?? 1}
        value={props.value / per}
        onInput={(event) => Number.isFinite(event.currentTarget.valueAsNumber) && props.set(Math.round(event.currentTarget.valueAsNumber * per * 1e6) / 1e6)}
      />
    </label>
  );
}

/** One of a list; `none` is the word for null, where nothing may be chosen. */
export function Choice(props: { label: string; name: string; value: string | null; none?: string; options: readonly PickerOption[]; what?: string; set: (value: string | null) => void }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select class="input" name={props.name} value={props.value ?? ""} onChange={(event) => props.set(event.currentTarget.value || null)}>
        {props.none === undefined ? null : <option value="">{props.none}</option>}
        {props.options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      {props.what ? <span class="xs t3">{props.what}</span> : null}
    </label>
  );
}

export function Many(props: { label: string; chosen: readonly string[]; options: readonly PickerOption[]; none?: string; set: (chosen: string[]) => void }) {
  return (
    <div class="field">
      <span>{props.label}</span>
      <MultiPicker label="" chosen={props.chosen} options={props.options} none={props.none} onChange={props.set} />
    </div>
  );
}
