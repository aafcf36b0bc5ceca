// The preview of a file: what each column is, which a person may change, and what the first rows become.
import type { ColumnBody, PreviewBody, PreviewRequest } from "../api/types";
import { said, t } from "../i18n";
import { Icon } from "../parts/icons";

const FIELDS: readonly ColumnBody["field"][] = [
  "phone", "name", "first_name", "last_name", "company", "email", "city", "state", "postal_code", "country", "zone", "language", "agent",
  "external_id", "consent", "note", "extra", "skip",
]; // prettier-ignore
const ONCE: ReadonlySet<string> = new Set(FIELDS.filter((each) => each !== "phone" && each !== "extra" && each !== "skip"));
const SEPARATORS = { ",": "new.comma", ";": "new.semicolon", "\t": "new.tab", "|": "new.bar" } as const;
const ENCODINGS = ["utf-8", "utf-16", "gb18030", "big5", "windows-1252", "shift_jis", "koi8-r"] as const;

/** `choose` looks at the file again, with what is said here. */
export function Mapping({ seen, busy, choose }: { seen: PreviewBody; busy: boolean; choose: (choice: PreviewRequest) => void }) {
  const form = { encoding: seen.encoding, separator: seen.separator, sheet: seen.sheet };
  const field = (place: number, to: ColumnBody["field"]) =>
    choose({ ...form, header: seen.header, columns: seen.columns.map((column, at) => (at === place ? { ...column, field: to } : column)) });
  const twice = seen.columns.find((column, at) => ONCE.has(column.field) && seen.columns.findIndex((each) => each.field === column.field) !== at);
  const noPhone = !seen.columns.some((each) => each.field === "phone");
  const refused = seen.rows.filter((row) => row.refused).length;
  const known = seen.encoding === "" || (ENCODINGS as readonly string[]).includes(seen.encoding);
  return (
    <section class="plan-group" aria-busy={busy} data-mapping>
      <h3>{t("new.found")}</h3>
      <p class="t2">{t("new.columns")}</p>
      <div class="row wraps found-form">
        {seen.kind === "xlsx" && seen.sheets.length > 1 ? (
          <Small label={t("new.sheet")} value={seen.sheet} options={seen.sheets.map((each) => [each, each])} set={(sheet) => choose({ sheet })} />
        ) : null}
        {seen.kind === "csv" ? (
          <>
            <Small label={t("new.encoding")} value={seen.encoding} options={[...(known ? [] : [seen.encoding]), ...ENCODINGS].map((each) => [each, each])} set={(encoding) => choose({ encoding, separator: seen.separator })} />
            <Small label={t("new.separator")} value={seen.separator} options={Object.entries(SEPARATORS).map(([value, word]) => [value, t(word)])} set={(separator) => choose({ encoding: seen.encoding, separator })} />
          </>
        ) : null}
        <Small
          label={t("new.heads")}
          value={seen.header === null ? "" : String(seen.header)}
          options={[["", t("new.noHeads")], ...Array.from({ length: Math.max(5, seen.header ?? 0) }, (_, at): [string, string] => [String(at + 1), String(at + 1)])]}
          set={(line) => choose({ ...form, header: line === "" ? null : Number(line) })}
        />
      </div>
      {noPhone ? <Warn words={t("new.noPhone")} /> : null}
      {twice ? <Warn words={t("new.twice", { field: t(`lead.${twice.field}`) })} /> : null}
      {!noPhone && refused > seen.rows.length / 2 ? <Warn words={t("new.manyRefused", { n: refused, all: seen.rows.length })} /> : null}
      <div class={`tbl-x mapping ${busy ? "is-old" : ""}`} tabIndex={0}>
        <table class="tbl tight">
          <thead>
            <tr>
              <th class="r">{t("new.row")}</th>
              <th>{t("new.becomes")}</th>
              {seen.columns.map((column, place) => (
                <th key={place}>
                  <span class="block cut head" title={column.head}>
                    {column.head}
                  </span>
                  <select class="input" name={`column${place}`} aria-label={column.head} value={column.field} disabled={busy} onChange={(event) => field(place, event.currentTarget.value as ColumnBody["field"])}>
                    {FIELDS.map((each) => (
                      <option key={each} value={each}>
                        {t(`lead.${each}`)}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.rows.map((row) => (
              <tr key={row.line} data-refused={row.refused !== null}>
                <td class="r t3 num">{row.line}</td>
                <td class="becomes">
                  {row.refused ? (
                    <span class="amber row light" title={said(row.refused)}>
                      <Icon name="warn" size="sm" />
                      <span class="cut">{said(row.refused)}</span>
                    </span>
                  ) : (
                    <span class="row light" title={row.zones.join(", ")}>
                      <span class="ok">
                        <Icon name="check" size="sm" />
                      </span>
                      <span class="cut">{[row.name, ...row.numbers.map((each) => each.shown)].filter(Boolean).join(" · ")}</span>
                    </span>
                  )}
                </td>
                {seen.columns.map((column, place) => (
                  <td key={place} class={`cell ${column.field === "skip" ? "t3" : ""}`} title={row.cells[place] ?? ""}>
                    {row.cells[place] ?? ""}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Warn({ words }: { words: string }) {
  return (
    <p class="amber row light import-p" role="status">
      <Icon name="warn" size="sm" />
      {words}
    </p>
  );
}

function Small({ label, value, options, set }: { label: string; value: string; options: readonly (readonly [string, string])[]; set: (value: string) => void }) {
  return (
    <label class="row small-field">
      <span class="xs t3">{label}</span>
      <select class="input" aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
