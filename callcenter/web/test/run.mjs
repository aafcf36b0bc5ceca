// Bundles the unit tests of the pages' pure parts and runs them with node's own test runner. Needs no browser.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const into = mkdtempSync(join(tmpdir(), "pages-"));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
await build({ entryPoints: tests.map((name) => join(here, name)), bundle: true, outdir: into, outExtension: { ".js": ".mjs" }, platform: "node", format: "esm", target: "node20", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning" });
const files = tests.map((name) => join(into, name.replace(/\.ts$/, ".mjs")));
const ended = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
rmSync(into, { recursive: true });
process.exit(ended.status ?? 1);
