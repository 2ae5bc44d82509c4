// Builds the app into dist/: scripts, style and icons. Files that come out as they were are not touched.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { icon } from './icons.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');

/** The licences of what is bundled ask to go wherever the code goes. */
const licences = ['@noble/hashes/LICENSE', 'qr/LICENSE-MIT']
  .map((name) => `/* ${name}\n\n${fs.readFileSync(path.join(here, 'node_modules', name), 'utf8').trim()}\n*/`).join('\n');

const common = {
  absWorkingDir: here, bundle: true, minify: true, target: 'es2022', charset: 'utf8', legalComments: 'none', write: false,
  logLevel: 'warning', outdir: dist,
};

const bundles = await Promise.all([
  build({ ...common, entryPoints: ['src/app.css'] }),
  build({ ...common, entryPoints: { app: 'src/main.ts' }, format: 'esm', footer: { js: licences } }),
  build({ ...common, entryPoints: ['src/sw.ts'], format: 'iife' }),
]);

const files = new Map([
  ...bundles.flatMap(({ outputFiles }) => outputFiles.map((file) => [path.basename(file.path), Buffer.from(file.contents)])),
  ['icon-192.png', icon(192, 'rounded')],
  ['icon-512.png', icon(512, 'rounded')],
  ['icon-maskable-512.png', icon(512, 'maskable')],
  ['icon-180.png', icon(180, 'square')],
]);

fs.mkdirSync(dist, { recursive: true });
for (const name of fs.readdirSync(dist)) {
  if (!files.has(name)) fs.rmSync(path.join(dist, name), { recursive: true });
}
for (const [name, contents] of files) {
  const file = path.join(dist, name);
  if (!fs.existsSync(file) || !fs.readFileSync(file).equals(contents)) fs.writeFileSync(file, contents);
}
