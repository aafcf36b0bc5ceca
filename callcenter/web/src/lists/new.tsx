// A new list of a campaign: a file that is dropped here, looked at and imported, or customers by a filter.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { CampaignBody, ImportRequest, ListBody, PreviewBody, PreviewRequest, UploadBody } from "../api/types";
import { type Sending, send } from "../api/upload";
import { name as nameOf } from "../campaigns/words";
import { percent } from "../format";
import { t } from "../i18n";
import { Fault, Segments, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { Shell } from "../shell";
import { Mapping } from "./mapping";
import { type Met, Naming, NEW, type Policy } from "./policy";
import { TargetForm } from "./target";

export function NewListPage({ id }: { id: number }) {
  const campaign = useLoad(`/campaigns/${id}`, () => api.get<CampaignBody>(`/campaigns/${id}`));
  const [from, setFrom] = useState<"file" | "customers">("file");
  return (
    <Shell page="p-customers p-people p-import" title={t("nav.campaigns")}>
      <section class="panel customers">
        <header class="panel-h row wraps">
          <a class="btn btn-quiet" href={`/campaigns/${id}`}>
            <Icon name="left" size="sm" />
            {t("new.back")}
          </a>
          <h2 class="cut">
            {t("new.title")} {campaign.data ? <span class="count">{nameOf(campaign.data)}</span> : null}
          </h2>
          <span class="push">
            <Segments
              label={t("new.title")}
              value={from}
              options={[
                { value: "file", label: t("new.file") },
                { value: "customers", label: t("new.customers") },
              ]}
              onChange={setFrom}
            />
          </span>
        </header>
        {campaign.fault ? <Fault fault={campaign.fault} again={campaign.reload} /> : null}
        <div class="scrolls import-b">{from === "file" ? <FromFile campaign={id} /> : <TargetForm campaign={id} />}</div>
      </section>
    </Shell>
  );
}

interface Sent {
  readonly upload: UploadBody;
  readonly preview: PreviewBody | null;
}

function FromFile({ campaign }: { campaign: number }) {
  const [going, setGoing] = useState<{ file: string; share: number } | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const [looking, setLooking] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [policy, setPolicy] = useState<Policy>(NEW);
  const [met, setMet] = useState<Met>({ name: "", priority: 0, share: 1 });
  const sending = useRef<Sending | null>(null);
  useEffect(() => () => sending.current?.stop(), []);
  const failed = (error: unknown) => setFault(error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) }));

  const look = async (upload: UploadBody, choice: PreviewRequest) => {
    setLooking(true);
    setFault(null);
    try {
      setSent({ upload, preview: await api.post<PreviewBody>(`/uploads/${upload.id}/preview`, choice) });
    } catch (error) {
      failed(error);
    }
    setLooking(false);
  };
  const take = async (file: File) => {
    setFault(null);
    setSent(null);
    setGoing({ file: file.name, share: 0 });
    sending.current = send(file, (share) => setGoing({ file: file.name, share }));
    try {
      const upload = await sending.current.done;
      setMet((before) => ({ ...before, name: file.name.replace(/\.[^.]*$/, "").slice(0, 200) }));
      setGoing(null);
      setSent({ upload, preview: null });
      await look(upload, {});
    } catch (error) {
      setGoing(null);
      if (!(error instanceof ApiFault && error.code === "stopped")) failed(error);
    }
  };
  const begin = async () => {
    if (!sent?.preview) return;
    const wanted: ImportRequest = { upload: sent.upload.id, order: sent.preview.order, name: met.name.trim(), priority: met.priority, share: met.share, policy };
    try {
      const made = await api.create<ListBody>(`/campaigns/${campaign}/imports`, wanted);
      go(`/lists/${made.id}`);
    } catch (error) {
      failed(error);
    }
  };
  const other = () => {
    if (sent) void api.delete(`/uploads/${sent.upload.id}`).catch(() => undefined);
    setSent(null);
    setFault(null);
  };
  return (
    <>
      {going ? (
        <Going file={going.file} share={going.share} stop={() => sending.current?.stop()} />
      ) : sent ? (
        <div class="row wraps file-line">
          <Icon name="list" />
          <b class="b cut">{sent.upload.file_name}</b>
          <button class="btn btn-sm" onClick={other}>
            {t("new.other")}
          </button>
        </div>
      ) : (
        <Drop take={(file) => void take(file)} />
      )}
      {fault ? <Fault fault={fault} again={fault.passing && sent ? () => void look(sent.upload, {}) : undefined} /> : null}
      {looking && !sent?.preview ? (
        <>
          <p class="t2 import-p">{t("new.reading")}</p>
          <SkeletonRows rows={6} height={36} />
        </>
      ) : null}
      {sent?.preview ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          <Mapping seen={sent.preview} busy={looking} choose={(choice) => void look(sent.upload, choice)} />
          <Naming met={met} setMet={setMet} policy={policy} setPolicy={setPolicy} label={t("new.import")} ready={sent.preview.columns.some((each) => each.field === "phone") && !looking} />
        </form>
      ) : null}
    </>
  );
}

function Going({ file, share, stop }: { file: string; share: number; stop: () => void }) {
  return (
    <div class="sending" role="status">
      <div class="row">
        <span class="cut">{t("new.sending", { file })}</span>
        <span class="push num t3">{percent(share, 0)}</span>
        <button class="btn btn-sm btn-quiet" onClick={stop}>
          {t("new.stop")}
        </button>
      </div>
      <div class="meter tall">
        <i style={{ width: `${share * 100}%`, background: "var(--accent)" }} />
      </div>
    </div>
  );
}

/** Where a file is dropped; a press on it (or Enter) opens the list of files. */
export function Drop({ take, what }: { take: (file: File) => void; what?: string }) {
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  return (
    <div
      class={`drop ${over ? "is-over" : ""}`}
      data-drop
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) take(file);
      }}
    >
      <Icon name="upload" size="lg" />
      <b class="b hide-m">{t("new.drop")}</b>
      <button type="button" class="btn btn-primary" onClick={() => field.current?.click()}>
        {t("new.choose")}
      </button>
      <span class="xs t3">{what ?? t("new.limits")}</span>
      <input
        ref={field}
        type="file"
        accept=".csv,.txt,.tsv,.xlsx"
        hidden
        aria-label={t("new.choose")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) take(file);
        }}
      />
    </div>
  );
}

