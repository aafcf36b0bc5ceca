// Printed by `python -m callcenter.api.typescript` from callcenter/api/schemas. Do not edit.

export interface Words {
  en: string;
  zh: string;
}

export interface PhoneNumber {
  value: string;
  shown: string;
}

export interface ErrorBody {
  code: string;
  message: Words;
  field: string | null;
}

export interface DoneBody {
  call: string | null;
}

export interface SignInRequest {
  login: string;
  password: string;
}

export interface PasswordRequest {
  present: string;
  password: string;
}

export interface TicketBody {
  ticket: string;
  expires_at: number;
}

export interface SessionPatch {
  language?: "en" | "zh";
  theme?: "dark" | "light" | "system";
}

export interface CodeChoice {
  code: string;
  label: Words;
}

export interface NamedItem {
  id: string;
  label: Words;
}

export interface CenterBody {
  name: string;
  languages: ("en" | "zh")[];
  default_language: "en" | "zh";
  version: string;
  now: number;
}

export interface SessionBody {
  login: string;
  name: string;
  role: "administrator" | "agent" | "auditor" | "campaign_manager" | "supervisor";
  agent: string | null;
  language: "en" | "zh";
  theme: "dark" | "light" | "system";
  center: string;
  center_version: number;
  zone: string;
  region: string;
  languages: ("en" | "zh")[];
  reasons: CodeChoice[];
  dispositions: CodeChoice[];
  queues: NamedItem[];
  teams: NamedItem[];
  my_teams: string[] | null;
  my_queues: string[] | null;
  skills: NamedItem[];
  numbers: NamedItem[];
  choose_password: boolean;
  now: number;
  expires_at: number;
}

export interface IceServer {
  urls: string[];
  username: string | null;
  credential: string | null;
}

export interface PhoneBody {
  kind: "jssip" | "simulated";
  device: string;
  uri: string;
  user: string;
  password: string;
  socket: string;
  ice_servers: IceServer[];
}

export interface PresenceRequest {
  presence: "available" | "not_ready";
  reason?: string | null;
}

export interface UserBody {
  id: number;
  login: string;
  role: "administrator" | "agent" | "auditor" | "campaign_manager" | "supervisor";
  agent: string | null;
  teams: string[] | null;
  active: boolean;
  one_time_until: number | null;
  created_at: number;
  sessions: number;
  seen_at: number | null;
}

export interface UserListBody {
  items: UserBody[];
}

export interface UserCreate {
  login: string;
  role: "administrator" | "agent" | "auditor" | "campaign_manager" | "supervisor";
  agent?: string | null;
  teams?: string[] | null;
}

export interface UserPatch {
  role?: "administrator" | "agent" | "auditor" | "campaign_manager" | "supervisor";
  agent?: string | null;
  teams?: string[] | null;
  active?: boolean;
}

export interface OneTimeBody {
  user: UserBody;
  password: string;
}

export interface EndedBody {
  sessions: number;
}

export interface AuditQuery {
  limit?: number;
  cursor?: string | null;
  user?: number | null;
  action?: "campaign_changed" | "campaign_created" | "campaign_finished" | "campaign_paused" | "campaign_started" | "campaign_stopped" | "center_changed" | "do_not_call_added" | "do_not_call_removed" | "exported" | "list_begun" | "list_changed" | "list_withdrawn" | "listened" | "password_changed" | "password_reset" | "registry_loaded" | "sessions_ended" | "signed_in" | "signed_out" | "throttled" | "user_changed" | "user_created" | "webhook_changed" | "webhook_created" | "webhook_deleted" | "webhook_secret_changed" | "webhook_switched_off" | null;
}

export interface AuditEntry {
  id: number;
  at: number;
  user: number | null;
  login: string | null;
  action: "campaign_changed" | "campaign_created" | "campaign_finished" | "campaign_paused" | "campaign_started" | "campaign_stopped" | "center_changed" | "do_not_call_added" | "do_not_call_removed" | "exported" | "list_begun" | "list_changed" | "list_withdrawn" | "listened" | "password_changed" | "password_reset" | "registry_loaded" | "sessions_ended" | "signed_in" | "signed_out" | "throttled" | "user_changed" | "user_created" | "webhook_changed" | "webhook_created" | "webhook_deleted" | "webhook_secret_changed" | "webhook_switched_off";
  subject: string;
  details: string;
  hash: string;
}

export interface AuditBody {
  items: AuditEntry[];
  next: string | null;
}

export interface PlaceCallRequest {
  number: string;
  contact?: number | null;
}

export interface ToAgentBody {
  type: "agent";
  agent: string;
}

export interface ToQueueBody {
  type: "queue";
  queue: string;
}

export interface ToNumberBody {
  type: "number";
  number: string;
}

export interface TransferRequest {
  to: ToAgentBody | ToQueueBody | ToNumberBody;
}

export interface DispositionRequest {
  code: string;
  at?: number | null;
  whose?: "anyone" | "mine";
  note?: string;
  probability?: number | null;
  value?: number | null;
  team?: string | null;
}

export interface ChooseContactRequest {
  contact: number;
}

export interface NotesRequest {
  text: string;
}

export interface NotesBody {
  text: string;
  author: string | null;
  saved_at: number | null;
}

export interface Counted {
  at: number;
  length_ms: number;
  queue: string | null;
  agent: string | null;
  outcome: string | null;
}

export interface CallSummary {
  id: string;
  direction: "inbound" | "outbound";
  started_at: number;
  ended_at: number | null;
  end: "completed" | "abandoned_in_ivr" | "abandoned_in_queue" | "blocked" | "closed" | "ended_by_flow" | "not_reached" | "withdrawn" | "dropped" | "message_heard" | "machine" | "failed" | "lost" | null;
  number: PhoneNumber | null;
  contact: number | null;
  contact_name: string | null;
  queue: string | null;
  agent: string | null;
  agent_name: string | null;
  wait_ms: number;
  talk_ms: number;
  disposition: string | null;
  recorded: boolean;
  counted: Counted | null;
}

export interface CallListBody {
  items: CallSummary[];
  total: number | null;
  next: string | null;
}

export interface LegRecord {
  id: string;
  role: "caller" | "customer" | "agent" | "dialed" | "taking" | "placing" | "reconnect" | "target";
  agent: string | null;
  number: PhoneNumber | null;
  dialed_at: number;
  ringing_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  cause: "normal" | "busy" | "no_answer" | "rejected" | "invalid_number" | "unreachable" | "congestion" | "failed" | "lost" | null;
  detail: string;
}

export interface QueueEntryRecord {
  queue: string;
  entered_at: number;
  since: number;
  left_at: number | null;
  end: "answered" | "abandoned" | "flowed_out" | "ended" | null;
  wait_ms: number | null;
  priority: number;
  skills: Record<string, number>;
}

export interface OfferRecord {
  id: string;
  agent: string;
  made_at: number;
  ended_at: number | null;
  end: "accepted" | "rejected" | "rang_out" | "withdrawn" | "device_error" | null;
  reasons: string[];
}

export interface ConversationRecord {
  agent: string;
  queue: string | null;
  connected_at: number;
  left_at: number | null;
  why: string | null;
  talk_ms: number;
  hold_ms: number;
  wrap_up_ms: number;
}

export interface TransferRecord {
  agent: string;
  at: number;
  to_queue: string | null;
  to_agent: string | null;
  to_number: PhoneNumber | null;
  ended_at: number | null;
  done: boolean;
  why: string | null;
}

export interface SpanRecord {
  agent: string;
  started_at: number;
  ended_at: number | null;
}

export interface VisitRecord {
  node: string;
  outcome: string;
  at: number;
}

export interface RecordingRecord {
  id: string;
  started_at: number | null;
  duration_ms: number | null;
  state: "asked" | "failed" | "kept" | "over" | "running";
}

export interface CallDetailBody {
  summary: CallSummary;
  language: "en" | "zh" | null;
  dialed: string | null;
  ended_by: "customer" | "agent" | "target" | "system" | null;
  certain_until: number | null;
  cause: "normal" | "busy" | "no_answer" | "rejected" | "invalid_number" | "unreachable" | "congestion" | "failed" | "lost" | null;
  ivr: VisitRecord[];
  legs: LegRecord[];
  queue_entries: QueueEntryRecord[];
  offers: OfferRecord[];
  conversations: ConversationRecord[];
  transfers: TransferRecord[];
  holds: SpanRecord[];
  wrap_ups: SpanRecord[];
  recordings: RecordingRecord[];
  notes: NotesBody;
}

export interface AgentDestination {
  agent: string;
  name: string;
  team: string;
  skills: Record<string, number>;
  state: "available" | "dialing" | "holding" | "not_ready" | "ringing" | "signed_out" | "talking" | "wrap_up";
  since: number | null;
  reachable: boolean;
}

export interface QueueDestination {
  queue: string;
  waiting: number;
  longest_since: number | null;
  available: number;
}

export interface DestinationsBody {
  agents: AgentDestination[];
  queues: QueueDestination[];
  now: number;
}

export interface ContactNumberInput {
  number: string;
  label?: string;
}

export interface ContactCreate {
  name: string;
  account?: number | null;
  language?: "en" | "zh" | null;
  tier?: string;
  email?: string;
  external_url?: string;
  note?: string;
  numbers?: ContactNumberInput[];
}

export interface ContactPatch {
  name?: string;
  account?: number | null;
  language?: "en" | "zh" | null;
  tier?: string;
  email?: string;
  external_url?: string;
  note?: string;
  numbers?: ContactNumberInput[];
}

export interface ContactNumber {
  number: PhoneNumber;
  written: string;
  label: string;
}

export interface AccountBody {
  id: number;
  name: string;
  number: string;
  address: string;
  tier: string;
  external_url: string;
}

export interface ContactBody {
  id: number;
  name: string;
  account: AccountBody | null;
  language: "en" | "zh" | null;
  tier: string;
  email: string;
  external_url: string;
  note: string;
  numbers: ContactNumber[];
  created_at: number;
  changed_at: number;
}

export interface ContactListBody {
  items: ContactBody[];
  next: string | null;
}

export interface AccountCreate {
  name: string;
  number?: string;
  address?: string;
  tier?: string;
  external_url?: string;
}

export interface AccountListBody {
  items: AccountBody[];
  next: string | null;
}

export interface TimelineItem {
  kind: "call";
  at: number;
  call: string;
  direction: "inbound" | "outbound";
  end: "completed" | "abandoned_in_ivr" | "abandoned_in_queue" | "blocked" | "closed" | "ended_by_flow" | "not_reached" | "withdrawn" | "dropped" | "message_heard" | "machine" | "failed" | "lost" | null;
  queue: string | null;
  agent: string | null;
  agent_name: string | null;
  talk_ms: number;
  disposition: string | null;
  notes: string;
  recording: string | null;
}

export interface TimelineBody {
  items: TimelineItem[];
  next: string | null;
}

export interface Figure {
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  target: number | null;
}

export interface Formula {
  name: string;
  title: Words;
  formula: Words;
  note: Words;
  unit: "count" | "ms" | "ratio";
  target_is: "at_least" | "at_most" | null;
  calls: boolean;
}

export interface FormulasBody {
  formulas: Formula[];
}

export interface Period {
  first: string;
  last: string;
  since_at: number;
  until_at: number;
}

export interface SummaryBody {
  period: Period;
  compared: Period | null;
  figures: Record<string, Figure>;
  before: Record<string, Figure> | null;
}

export interface QueueRow {
  queue: string;
  label: Words;
  figures: Record<string, Figure>;
  before: Record<string, Figure> | null;
}

export interface QueueTableBody {
  period: Period;
  compared: Period | null;
  rows: QueueRow[];
  total: Record<string, Figure>;
  total_before: Record<string, Figure> | null;
}

export interface AgentRow {
  agent: string;
  name: string;
  team: string;
  figures: Record<string, Figure>;
  before: Record<string, Figure> | null;
}

export interface AgentTableBody {
  period: Period;
  compared: Period | null;
  rows: AgentRow[];
  total: Record<string, Figure>;
  total_before: Record<string, Figure> | null;
}

export interface IntervalPoint {
  start_at: number;
  figures: Record<string, Figure>;
}

export interface SeriesBody {
  period: Period;
  compared: Period | null;
  step: "15m" | "1d" | "1h" | "30m";
  points: IntervalPoint[];
  before: IntervalPoint[] | null;
}

export interface QueueBody {
  id: string;
  label: Words;
  skill: string | null;
  minimum_level: number;
  priority: number;
  ring_ms: number;
  service_level_ms: number;
  service_level_target: number;
  short_abandon_ms: number;
  abandon_target: number;
  longest_wait_alarm_ms: number;
  wrap_up_ms: number;
  wrap_up_hard_ms: number;
  record: boolean;
}

export interface QueueListBody {
  version: number;
  items: QueueBody[];
}

export interface AgentBody {
  id: string;
  name: string;
  team: string;
  skills: Record<string, number>;
  active: boolean;
}

export interface AgentListBody {
  version: number;
  items: AgentBody[];
}

export interface HealthBody {
  ready: boolean;
  checks: Record<string, string>;
  warnings: Record<string, string>;
}

export interface SetAside {
  why: "device_error" | "missed_call" | "rejected";
  since: number;
  until: number;
}

export interface WrapUpView {
  call: string;
  queue: string | null;
  since: number;
  limit_at: number;
  hard_at: number;
}

export interface CampaignName {
  id: number;
  label: Words;
}

export interface LeadView {
  attempt: string;
  since: number;
  until: number | null;
}

export interface AgentView {
  id: string;
  name: string;
  team: string;
  skills: Record<string, number>;
  state: "available" | "dialing" | "holding" | "not_ready" | "ringing" | "signed_out" | "talking" | "wrap_up";
  since: number;
  presence: "available" | "not_ready" | "signed_out";
  reason: string | null;
  presence_since: number;
  activity: "dialing" | "holding" | "idle" | "reserved" | "talking" | "wrapping";
  activity_since: number;
  set_aside: SetAside | null;
  reachable: boolean;
  leaving: boolean;
  call: string | null;
  wrap_up: WrapUpView | null;
  campaign: CampaignName | null;
  lead: LeadView | null;
  signed_in_at: number | null;
  queues: string[];
  figures: Record<string, Figure>;
}

export interface CenterView {
  name: string;
  day: string;
  day_start: number;
  carriers: Record<string, boolean>;
  in_ivr: number;
  waiting: number;
  longest_since: number | null;
  figures: Record<string, Figure>;
}

export interface QueueView {
  id: string;
  label: Words;
  waiting: number;
  longest_since: number | null;
  longest_wait_alarm_ms: number;
  agents: Record<string, number>;
  figures: Record<string, Figure>;
}

export interface MatchView {
  contact: number;
  name: string | null;
  account: string | null;
  match: "exact" | "last_7" | "last_9";
  tentative: boolean;
}

export interface ContactView {
  id: number;
  name: string | null;
  account: string | null;
  chosen_by: "agent" | "system";
}

export interface ReasonView {
  code: string;
  text: Words;
}

export interface OfferView {
  id: string;
  agent: string;
  made_at: number;
  expires_at: number;
  accepted: boolean;
  reasons: ReasonView[];
}

export interface LegView {
  id: string;
  role: "agent" | "caller" | "customer" | "dialed" | "placing" | "reconnect" | "taking" | "target";
  state: "dialing" | "down" | "dropped" | "ringing" | "up";
  agent: string | null;
  number: PhoneNumber | null;
  since: number;
  up_at: number | null;
  cause: "normal" | "busy" | "no_answer" | "rejected" | "invalid_number" | "unreachable" | "congestion" | "failed" | "lost" | null;
}

export interface KeyedView {
  into: string;
  digits: string;
}

export interface ConversationView {
  agent: string;
  connected_at: number;
  held_since: number | null;
  line_lost_until: number | null;
  left_at: number | null;
  why: string | null;
  hold_ms: number;
}

export interface TransferView {
  by_agent: string;
  since: number;
  to_agent: string | null;
  to_number: PhoneNumber | null;
  until: number;
}

export interface RecordingView {
  state: "failed" | "none" | "over" | "running" | "starting";
  since: number | null;
}

export interface CallView {
  id: string;
  direction: "inbound" | "outbound";
  state: "connected" | "dialing" | "held" | "interrupted" | "ivr" | "message" | "new" | "outside" | "over" | "placing" | "queued" | "transferring";
  since: number;
  started_at: number;
  number: PhoneNumber | null;
  dialed: string | null;
  language: "en" | "zh" | null;
  queue: string | null;
  queued_at: number | null;
  waiting_since: number | null;
  wait_ms: number | null;
  priority: number;
  told_position: number | null;
  skills: Record<string, number>;
  hears: Words[];
  chose: string[];
  keyed: KeyedView[];
  look_up: "failed" | "found" | "none" | "not_found" | "pending";
  matches: MatchView[];
  contact: ContactView | null;
  offer: OfferView | null;
  agent: string | null;
  placed_by: string | null;
  campaign: CampaignName | null;
  attempt: string | null;
  conversations: ConversationView[];
  transfer: TransferView | null;
  legs: LegView[];
  recording: RecordingView;
  disposition: string | null;
  end: "completed" | "abandoned_in_ivr" | "abandoned_in_queue" | "blocked" | "closed" | "ended_by_flow" | "not_reached" | "withdrawn" | "dropped" | "message_heard" | "machine" | "failed" | "lost" | null;
  ended_by: "agent" | "customer" | "system" | "target" | null;
  over_at: number | null;
}

export interface Subscribe {
  type: "subscribe";
  id: number;
  topic: "board" | "desk" | "destinations";
}

export interface Unsubscribe {
  type: "unsubscribe";
  id: number;
  subscription: number;
}

export interface Welcome {
  type: "welcome";
  now: number;
  heartbeat_ms: number;
}

export interface Heartbeat {
  type: "heartbeat";
  now: number;
  position: number;
  center_version: number;
  ready: boolean;
}

export interface Snapshot {
  type: "snapshot";
  now: number;
  subscription: number;
  topic: "board" | "desk" | "destinations";
  position: number;
  center: CenterView;
  queues: Record<string, QueueView>;
  agents: Record<string, AgentView>;
  calls: Record<string, CallView>;
}

export interface Views {
  queues: Record<string, QueueView>;
  agents: Record<string, AgentView>;
  calls: Record<string, CallView>;
}

export interface Removed {
  queues: string[];
  agents: string[];
  calls: string[];
}

export interface Notice {
  at: number;
  call: string;
  kind: "call_not_placed" | "connect_failed" | "line_lost" | "line_restored" | "offer_over" | "transfer_failed" | "wrap_up_over";
  code: string;
}

export interface Delta {
  type: "delta";
  now: number;
  subscription: number;
  position: number;
  center: CenterView | null;
  set: Views;
  remove: Removed;
  notices: Notice[];
}

export interface Answer {
  type: "done";
  now: number;
  id: number;
}

export interface Failure {
  type: "error";
  now: number;
  id: number | null;
  error: ErrorBody;
}

export interface WebhookRequest {
  name: string;
  url: string;
  kinds?: ("agent.activity" | "agent.device" | "agent.presence" | "agent.signed_in" | "agent.signed_out" | "call.agent_left" | "call.arrived" | "call.connected" | "call.contact_chosen" | "call.disposition" | "call.ended" | "call.held" | "call.interrupted" | "call.offer_ended" | "call.offered" | "call.placed" | "call.queued" | "call.recorded" | "call.restored" | "call.retrieved" | "call.transfer_completed" | "call.transfer_failed" | "call.transfer_started")[];
  numbers?: boolean;
  active?: boolean;
}

export interface WebhookPatch {
  name?: string;
  url?: string;
  kinds?: ("agent.activity" | "agent.device" | "agent.presence" | "agent.signed_in" | "agent.signed_out" | "call.agent_left" | "call.arrived" | "call.connected" | "call.contact_chosen" | "call.disposition" | "call.ended" | "call.held" | "call.interrupted" | "call.offer_ended" | "call.offered" | "call.placed" | "call.queued" | "call.recorded" | "call.restored" | "call.retrieved" | "call.transfer_completed" | "call.transfer_failed" | "call.transfer_started")[];
  numbers?: boolean;
  active?: boolean;
}

export interface DeliveryBody {
  id: number;
  event: string;
  kind: "agent.activity" | "agent.device" | "agent.presence" | "agent.signed_in" | "agent.signed_out" | "call.agent_left" | "call.arrived" | "call.connected" | "call.contact_chosen" | "call.disposition" | "call.ended" | "call.held" | "call.interrupted" | "call.offer_ended" | "call.offered" | "call.placed" | "call.queued" | "call.recorded" | "call.restored" | "call.retrieved" | "call.transfer_completed" | "call.transfer_failed" | "call.transfer_started" | "test";
  state: "delivered" | "given_up" | "pending";
  attempts: number;
  created_at: number;
  next_at: number;
  give_up_at: number;
  last_at: number | null;
  last_status: number | null;
  last_error: "address_not_allowed" | "client_error" | "gone" | "inactive" | "key_changed" | "protocol" | "redirect" | "refused" | "server_error" | "timeout" | "tls" | "unknown_name" | "unreachable" | null;
  took_ms: number | null;
}

export interface WebhookBody {
  id: number;
  name: string;
  url: string;
  kinds: ("agent.activity" | "agent.device" | "agent.presence" | "agent.signed_in" | "agent.signed_out" | "call.agent_left" | "call.arrived" | "call.connected" | "call.contact_chosen" | "call.disposition" | "call.ended" | "call.held" | "call.interrupted" | "call.offer_ended" | "call.offered" | "call.placed" | "call.queued" | "call.recorded" | "call.restored" | "call.retrieved" | "call.transfer_completed" | "call.transfer_failed" | "call.transfer_started")[];
  active: boolean;
  inactive_why: "gone" | null;
  numbers_allowed_by: string | null;
  key_id: string;
  old_key_id: string | null;
  old_key_until: number;
  key_changed: boolean;
  waiting: number;
  last: DeliveryBody | null;
  created_by: string;
  created_at: number;
  changed_at: number;
}

export interface WebhookListBody {
  items: WebhookBody[];
}

export interface WebhookSecretBody {
  webhook: WebhookBody;
  secret: string;
}

export interface DeliveryQuery {
  limit?: number;
  cursor?: string | null;
  state?: ("delivered" | "given_up" | "pending")[];
}

export interface DeliveryListBody {
  items: DeliveryBody[];
  next: string | null;
}

export interface DispositionLabel {
  en: string;
  zh: string;
}

export interface DispositionBody {
  code: string;
  label: DispositionLabel;
  result: "failure" | "neutral" | "success";
  follow: "callback" | "do_not_call" | "done" | "later" | "opportunity" | "plan" | "rule";
  like: "abandoned" | "answered" | "blocked" | "busy" | "cancelled" | "congestion" | "failed" | "fax" | "invalid" | "machine" | "no_answer";
  after_ms: number;
  probability: number;
  value: number;
  team: string | null;
}

export interface SaidCount {
  code: string;
  result: "failure" | "neutral" | "success";
  calls: number;
}

export interface CallbackPlanBody {
  remind_before_ms: number;
  owner_waits_ms: number;
  expires_ms: number;
}

export interface CallbackBody {
  id: number;
  campaign: number;
  label: Words;
  lead: number;
  at: number;
  remind_at: number;
  anyone_at: number | null;
  agent: string | null;
  agent_name: string | null;
  mine: boolean;
  may_take: boolean;
  promised_by: string;
  note: string;
  state: "cancelled" | "expired" | "kept" | "missed" | "open";
  name: string;
  company: string;
  number: PhoneNumber | null;
  zone: string | null;
  dialing: boolean;
  changed_at: number;
}

export interface CallbackListBody {
  items: CallbackBody[];
  now: number;
}

export interface CallbackSeen {
  seen: number;
}

export interface CallbackPatch {
  seen: number;
  at: number;
  agent: string | null;
}

export interface HourRequest {
  at: number;
}

export interface HourBody {
  allowed: boolean;
  reason: Words | null;
  until: number | null;
}

export interface LabelBody {
  en: string;
  zh: string;
}

export interface RetryRuleBody {
  outcome: "abandoned" | "answered" | "blocked" | "busy" | "cancelled" | "congestion" | "failed" | "fax" | "invalid" | "machine" | "no_answer";
  again: boolean;
  attempts: number;
  waits_ms: number[];
  other_part: boolean;
  next_number: boolean;
}

export interface RecyclingBody {
  after_ms: number;
  rounds: number;
}

export interface RetryBody {
  most_attempts: number;
  rules: RetryRuleBody[];
  recycling: RecyclingBody | null;
}

export interface CampaignBody {
  id: number;
  name: string;
  label: Words;
  mode: "agentless" | "predictive" | "preview" | "progressive";
  state: "draft" | "finished" | "paused" | "running" | "stopped";
  first_day: string | null;
  last_day: string | null;
  goal: number;
  goal_outcomes: string[];
  planned_calls: number;
  planned_minutes: number;
  currency: string;
  cost_per_call: number;
  cost_per_minute: number;
  expected_income: number;
  budget: number;
  priority: number;
  share: number;
  skill: string | null;
  minimum_level: number;
  teams: string[];
  caller_id: string;
  law: string | null;
  retry: RetryBody;
  dispositions: DispositionBody[];
  callbacks: CallbackPlanBody;
  ring_ms: number;
  wrap_up_ms: number;
  preview_ms: number;
  carrier: string | null;
  lines: number;
  message: string | null;
  message_contains: ("number" | "opt_out" | "purpose" | "seller")[];
  opt_out_key: string | null;
  machines: "hang_up" | "message" | "off";
  voicemail: string | null;
  changed_at: number;
  agents: number;
}

export interface CampaignListBody {
  items: CampaignBody[];
}

export interface CampaignCreate {
  name: string;
  label: LabelBody;
  mode?: "agentless" | "predictive" | "preview" | "progressive";
  law?: string | null;
}

export interface CampaignPatch {
  seen: number;
  label?: LabelBody;
  mode?: "agentless" | "predictive" | "preview" | "progressive";
  first_day?: string | null;
  last_day?: string | null;
  goal?: number;
  goal_outcomes?: string[];
  planned_calls?: number;
  planned_minutes?: number;
  currency?: string;
  cost_per_call?: number;
  cost_per_minute?: number;
  expected_income?: number;
  budget?: number;
  priority?: number;
  share?: number;
  skill?: string | null;
  minimum_level?: number;
  teams?: string[];
  caller_id?: string;
  law?: string | null;
  retry?: RetryBody;
  dispositions?: DispositionBody[];
  callbacks?: CallbackPlanBody;
  ring_ms?: number;
  wrap_up_ms?: number;
  preview_ms?: number;
  carrier?: string | null;
  lines?: number;
  message?: string | null;
  message_contains?: ("number" | "opt_out" | "purpose" | "seller")[];
  opt_out_key?: string | null;
  machines?: "hang_up" | "message" | "off";
  voicemail?: string | null;
}

export interface CauseBody {
  code: string;
  text: Words;
  count: number;
  until: number | null;
}

export interface AbandonBody {
  answers: number;
  abandons: number;
  rate: number;
  cap: number;
  left: number;
  since: string;
  machines: number;
  machine_share: number;
}

export interface LiveCampaignBody {
  state: "draft" | "finished" | "paused" | "running" | "stopped";
  dialing: number;
  waiting: number;
  agents_free: number;
  agents_busy: number;
  causes: CauseBody[];
  abandon: AbandonBody | null;
  now: number;
}

export interface CallingTime {
  since: number;
  until: number;
}

export interface LawBody {
  id: string;
  label: Words;
  version: string | null;
  countries: string[];
  hours: CallingTime[][] | null;
  abandon_share: number | null;
  abandon_days: number | null;
  least_ring_ms: number;
  caller_id: boolean;
  message: boolean;
  registries: string[];
}

export interface LawListBody {
  items: LawBody[];
  carriers: string[];
  prompts: string[];
}

export interface LeadCounts {
  fresh: number;
  resting: number;
  claimed: number;
  reached: number;
  used_up: number;
  not_allowed: number;
}

export interface OutcomeCount {
  outcome: "abandoned" | "answered" | "blocked" | "busy" | "cancelled" | "congestion" | "failed" | "fax" | "invalid" | "machine" | "no_answer";
  dials: number;
}

export interface ProgressBody {
  leads: LeadCounts;
  dials: number;
  open: number;
  outcomes: OutcomeCount[];
  reached: number;
  said: SaidCount[];
  successes: number;
  cost: number;
  minutes: number;
  income: number;
  elapsed: number | null;
  now: number;
}

export interface HoldRule {
  rule: string;
  leads: number;
}

export interface HoldGroup {
  code: "abandon_cap" | "caller_id_missing" | "cap_day" | "cap_life" | "cap_window" | "consent_missing" | "country_not_covered" | "do_not_call_campaign" | "do_not_call_own" | "do_not_call_registry" | "holidays_unknown" | "hours" | "lock_abandoned" | "lock_machine" | "message_missing" | "no_version" | "number_costly" | "number_invalid" | "registry_missing" | "registry_stale" | "rings_too_short" | "zone_unknown";
  text: Words;
  leads: number;
  rules: HoldRule[];
  until: number | null;
}

export interface PreflightBody {
  leads: number;
  callable_now: number;
  held: HoldGroup[];
  not_due: number;
  not_due_until: number | null;
  claimed: number;
  done: number;
  switched_off: number;
  left_out: number;
  law: string | null;
  now: number;
}

export interface ReportQuery {
  first?: string | null;
  last?: string | null;
}

export interface ReportKeyBody {
  key: string;
}

export interface NextQuery {
  limit?: number;
}

export interface NextLead {
  lead: number;
  list_name: string;
  name: string;
  company: string;
  number: PhoneNumber;
  attempts: number;
  due_at: number;
  allowed: boolean;
  reason: Words | null;
  rule: string;
  until: number | null;
}

export interface NextBody {
  items: NextLead[];
  now: number;
}

export interface UploadQuery {
  name: string;
}

export interface UploadBody {
  id: string;
  file_name: string;
  size: number;
}

export interface ColumnBody {
  head: string;
  field: "agent" | "city" | "company" | "consent" | "country" | "email" | "external_id" | "extra" | "first_name" | "language" | "last_name" | "name" | "note" | "phone" | "postal_code" | "skip" | "state" | "zone";
}

export interface PreviewRequest {
  encoding?: string;
  separator?: string;
  sheet?: string;
  header?: number | null;
  columns?: ColumnBody[] | null;
}

export interface PreviewLine {
  line: number;
  cells: string[];
  name: string;
  numbers: PhoneNumber[];
  zones: string[];
  refused: Words | null;
}

export interface PreviewBody {
  order: string;
  kind: "csv" | "xlsx";
  encoding: string;
  separator: string;
  sheet: string;
  sheets: string[];
  header: number | null;
  columns: ColumnBody[];
  rows: PreviewLine[];
}

export interface PolicyBody {
  in_list?: "keep" | "refuse";
  in_campaign?: "keep" | "refuse";
  contacts?: "ignore" | "link" | "refuse";
  do_not_call?: "keep" | "refuse";
}

export interface ImportRequest {
  upload: string;
  order: string;
  name: string;
  priority?: number;
  share?: number;
  policy?: PolicyBody;
}

export interface ConditionBody {
  field: "account.address" | "account.name" | "account.number" | "account.tier" | "changed_at" | "created_at" | "email" | "language" | "name" | "note" | "opportunity.agent" | "opportunity.changed_at" | "opportunity.name" | "opportunity.probability" | "opportunity.stage" | "opportunity.team" | "opportunity.value" | "phone" | "phone.label" | "tier";
  op: "at_least" | "at_most" | "begins" | "contains" | "empty" | "is" | "is_not" | "not_empty" | "one_of";
  value?: string | number | string[];
}

export interface TargetCountRequest {
  conditions: ConditionBody[];
}

export interface TargetCountBody {
  contacts: number;
  with_number: number;
  shown: string[];
}

export interface TargetRequest {
  name: string;
  conditions: ConditionBody[];
  priority?: number;
  share?: number;
  policy?: PolicyBody;
}

export interface RefusalCount {
  code: "cell_too_long" | "costly_number" | "country_not_allowed" | "do_not_call" | "duplicate_in_campaign" | "duplicate_in_list" | "formula" | "known_contact" | "no_number" | "number_invalid" | "number_rounded" | "number_unreadable" | "too_many_cells" | "unknown_agent" | "unknown_country" | "unknown_zone";
  text: Words;
  rows: number;
}

export interface ImportBody {
  state: "done" | "failed" | "running" | "waiting" | "withdrawn";
  file_name: string;
  bytes_total: number;
  bytes_done: number;
  rows: number;
  kept: number;
  refused: RefusalCount[];
  numbers_left_out: number;
  linked: number;
  why: Words | null;
  began_at: number;
  ended_at: number | null;
}

export interface ListBody {
  id: number;
  campaign: number;
  name: string;
  state: "filling" | "ready" | "withdrawing" | "withdrawn";
  active: boolean;
  priority: number;
  share: number;
  source: "import" | "target";
  leads: number;
  created_by: string;
  created_at: number;
  counts: LeadCounts;
  filled: ImportBody;
}

export interface ListListBody {
  items: ListBody[];
}

export interface ListPatch {
  name?: string;
  active?: boolean;
  priority?: number;
  share?: number;
}

export interface WithdrawnBody {
  removed: number | null;
  stayed: number | null;
}

export interface LeadQuery {
  limit?: number;
  cursor?: string | null;
  q?: string;
  state?: "claimed" | "done" | "fresh" | "resting" | null;
}

export interface LeadNumberBody {
  number: PhoneNumber;
  label: string;
  kind: string;
  dead: boolean;
}

export interface LeadBody {
  id: number;
  line: number;
  state: "claimed" | "done" | "fresh" | "resting";
  name: string;
  company: string;
  email: string;
  city: string;
  province: string;
  country: string;
  zone: string;
  language: string;
  consent: string;
  note: string;
  agent: string;
  contact: number | null;
  account: number | null;
  attempts: number;
  last_at: number | null;
  next_at: number | null;
  outcome: string | null;
  held: Words | null;
  extra: Record<string, string>;
  numbers: LeadNumberBody[];
}

export interface LeadListBody {
  items: LeadBody[];
  next: string | null;
}

export interface RegisterBody {
  kind: "campaign" | "own" | "registry";
  name: string;
  campaign: number | null;
  entries: number;
  loaded_at: number;
}

export interface LoadingBody {
  name: string;
  began_at: number;
  why: Words | null;
}

export interface DoNotCallBody {
  registers: RegisterBody[];
  loading: LoadingBody[];
  now: number;
}

export interface BarredQuery {
  limit?: number;
  cursor?: string | null;
  campaign?: number | null;
}

export interface BarredBody {
  number: PhoneNumber;
  added_at: number;
  source: "administrator" | "agent" | "key" | "registry";
}

export interface BarredListBody {
  items: BarredBody[];
  next: string | null;
}

export interface BarRequest {
  number: string;
  campaign?: number | null;
}

export interface NumberRequest {
  number: string;
}

export interface BarredAtBody {
  number: PhoneNumber;
  lists: string[];
}

export interface RegistryRequest {
  upload: string;
  name: string;
  day: string;
}

export interface MyCampaign {
  id: number;
  label: Words;
  mode: "agentless" | "predictive" | "preview" | "progressive";
  state: "draft" | "finished" | "paused" | "running" | "stopped";
  chosen: boolean;
  causes: CauseBody[];
}

export interface MyCampaignsBody {
  items: MyCampaign[];
}

export interface WorkRequest {
  campaign: number | null;
}

export interface EarlierAttempt {
  at: number;
  outcome: "abandoned" | "answered" | "blocked" | "busy" | "cancelled" | "congestion" | "failed" | "fax" | "invalid" | "machine" | "no_answer";
  number: PhoneNumber | null;
}

export interface LeadInHand {
  attempt: string;
  campaign: number;
  lead: number;
  reading: boolean;
  until: number | null;
  number: PhoneNumber | null;
  number_label: string;
  place: number;
  numbers: number;
  name: string;
  company: string;
  email: string;
  city: string;
  province: string;
  country: string;
  zone: string | null;
  language: string;
  note: string;
  contact: number | null;
  account: number | null;
  attempts: number;
  extra: Record<string, string>;
  earlier: EarlierAttempt[];
  promised: string | null;
  promised_at: number | null;
  dispositions: DispositionBody[];
  currency: string;
}

export interface MyLeadBody {
  lead: LeadInHand | null;
}

export type AnyClientMessage = Subscribe | Unsubscribe;

export type AnyServerMessage = Welcome | Heartbeat | Snapshot | Delta | Answer | Failure;
