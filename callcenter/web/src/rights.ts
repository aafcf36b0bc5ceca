// Which pages each role has, its first one first. The server decides what is answered; here it is decided what is shown.
import type { SessionBody } from "./api/types";

export type Role = SessionBody["role"];

export const PAGES: Readonly<Record<Role, readonly string[]>> = {
  agent: ["/agent", "/customers"],
  supervisor: ["/board", "/statistics", "/customers"],
  campaign_manager: ["/campaigns", "/lists", "/do-not-call", "/statistics", "/customers"],
  administrator: ["/people", "/audit", "/webhooks"],
  auditor: ["/statistics", "/board", "/customers", "/campaigns", "/lists", "/do-not-call", "/people", "/audit"],
};
export const ROLES = Object.keys(PAGES) as Role[];

/** Where somebody of this role begins. */
export const first = (role: Role): string => PAGES[role][0] ?? "/";
/** Whether the role has the page at this address. */
export const has = (role: Role, path: string): boolean => PAGES[role].some((page) => path === page || path.startsWith(`${page}/`));
