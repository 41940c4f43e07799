// Bundles src into dist: one script, one style sheet and the icons, each named by its content, and the page that names them.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const MOST = 50_000; // bytes of the first view, packed

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
const { metafile } = await build({
  entryPoints: { app: "src/main.tsx" },
  outdir: "dist",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2021", "chrome100", "firefox100", "safari15.4"],
  charset: "utf8",
  metafile: true,
  logLevel: "warning",
});

const icon = readFileSync("src/icon.svg");
const iconName = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
writeFileSync(join("dist", iconName), icon);
cpSync("src/favicon.ico", "dist/favicon.ico");

const made = (ending) => basename(Object.keys(metafile.outputs).find((name) => name.endsWith(ending)));
const names = { script: made(".js"), style: made(".css"), icon: iconName };
const page = readFileSync("src/index.html", "utf8").replace(/\{(\w+)\}/g, (_, name) => `/assets/${names[name]}`);
writeFileSync("dist/index.html", page);

const packed = readdirSync("dist")
  .filter((name) => /\.(html|js|css|svg)$/.test(name))
  .reduce((sum, name) => sum + gzipSync(readFileSync(join("dist", name)), { level: 9 }).length, 0);
console.log(`The pages are built: ${(packed / 1000).toFixed(1)} kB packed`);
if (packed > MOST) throw new Error(`the first view is larger than ${MOST / 1000} kB`);
