// The conditions of a target group as they are written, and as the service is asked. Pure.
import type { ConditionBody } from "../api/types";

export type Field = "name" | "tier" | "email" | "language" | "note" | "account.name" | "account.number" | "account.tier" | "account.address" | "phone" | "phone.label" | "opportunity.name" | "opportunity.stage" | "opportunity.team" | "opportunity.agent" | "opportunity.value" | "opportunity.probability";
export const AMOUNTS: ReadonlySet<string> = new Set(["opportunity.value", "opportunity.probability"]);

export interface Line {
  readonly field: Field;
  readonly op: ConditionBody["op"];
  readonly text: string;
}

export const bare = (op: string) => op === "empty" || op === "not_empty";

/** What is asked of the service; a line without a value asks nothing yet. */
export function conditionsOf(lines: readonly Line[]): ConditionBody[] {
  return lines.flatMap((line): ConditionBody[] => {
    if (bare(line.op)) return [{ field: line.field, op: line.op, value: "" }];
    const text = line.text.trim();
    if (text === "") return [];
    if (AMOUNTS.has(line.field)) return Number.isFinite(Number(text)) ? [{ field: line.field, op: line.op, value: Number(text) }] : [];
    return [{ field: line.field, op: line.op, value: line.op === "one_of" ? text.split(/[,，、]/).map((each) => each.trim()).filter(Boolean) : text }];
  });
}
