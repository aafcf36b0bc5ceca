// Builds the pages into static/: one script, one stylesheet, both with their content's hash in the name, and the page that
// loads them. Nothing here serves anything; the sources are in src/.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const assets = `${here}static/assets`;

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx", style: "src/styles/all.css" },
  bundle: true,
  write: false,
  outdir: assets,
  minify: true,
  sourcemap: false,
  format: "esm",
  target: ["es2022", "chrome110", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  legalComments: "none",
  logLevel: "warning",
});

rmSync(`${here}static`, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

const names = {};
for (const file of result.outputFiles) {
  const [, name, type] = /([a-z]+)\.(js|css)$/.exec(file.path);
  const hash = createHash("sha256").update(file.contents).digest("hex").slice(0, 10);
  names[type] = `${name}-${hash}.${type}`;
  writeFileSync(`${assets}/${names[type]}`, file.contents);
}
writeFileSync(`${assets}/mark.svg`, readFileSync(`${here}src/mark.svg`));
const page = readFileSync(`${here}src/index.html`, "utf8");
writeFileSync(`${here}static/index.html`, page.replace("{script}", names.js).replace("{style}", names.css));
