// A do-not-call registry is loaded from a file: the old one holds until the new one is whole.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { DoNotCallBody, LawListBody, UploadBody } from "../api/types";
import { send } from "../api/upload";
import { today } from "../campaigns/words";
import { t } from "../i18n";
import { Fault } from "../parts/controls";
import { Icon } from "../parts/icons";
import { Drop } from "./new";

export function RegistryForm({ begun }: { begun: (body: DoNotCallBody) => void }) {
  const [upload, setUpload] = useState<UploadBody | null>(null);
  const [name, setName] = useState("");
  const [day, setDay] = useState(today());
  const [fault, setFault] = useState<ApiFault | null>(null);
  const laws = useLoad("laws", () => api.get<LawListBody>("/laws"));
  const names = [...new Set(laws.data?.items.flatMap((each) => each.registries) ?? [])];
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const load = async () => {
    if (!upload) return;
    begun(await api.create<DoNotCallBody>("/do-not-call/registries", { upload: upload.id, name, day }));
    setUpload(null);
  };
  return (
    <section class="panel" data-panel="registry">
      <form
        class="user-form stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act(load);
        }}
      >
        <h2>{t("dnc.load")}</h2>
        {upload ? (
          <>
            <p class="row file-line">
              <Icon name="list" size="sm" />
              <b class="b cut grow">{upload.file_name}</b>
              <button type="button" class="btn btn-sm" onClick={() => setUpload(null)}>
                {t("new.other")}
              </button>
            </p>
            <label class="field">
              <span>{t("dnc.registryName")}</span>
              <input class="input" name="registry" required list="registries" pattern="[a-z0-9][a-z0-9_\-]*" value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
              <datalist id="registries">
                {names.map((each) => (
                  <option key={each} value={each} />
                ))}
              </datalist>
            </label>
            <label class="field">
              <span>{t("dnc.day")}</span>
              <input class="input" name="day" type="date" required max={today()} value={day} onInput={(event) => setDay(event.currentTarget.value)} />
            </label>
            <button class="btn btn-primary">{t("dnc.load")}</button>
          </>
        ) : (
          <Drop what={t("dnc.loadWhat")} take={(file) => void act(async () => setUpload(await send(file, () => undefined).done))} />
        )}
        {fault ? <Fault fault={fault} /> : null}
      </form>
    </section>
  );
}
