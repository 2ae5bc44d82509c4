// Runs the unit tests: each is bundled with the modules that it tests, then given to Node's own runner. `--quiet` prints
// a dot for each.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Node 18 has the Web Crypto functions, but not under the name that browsers use. */
const GLOBALS = "import { webcrypto as cryptoOfNode } from 'node:crypto'; globalThis.crypto ??= cryptoOfNode;";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wardkey-authenticator-'));
try {
  const tests = fs.readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
  await build({
    entryPoints: tests.map((name) => path.join(here, name)), outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true,
    platform: 'node', format: 'esm', target: 'node18', logLevel: 'warning', banner: { js: GLOBALS },
  });
  const files = tests.map((name) => path.join(folder, name));
  const reporter = process.argv.includes('--quiet') ? 'dot' : 'spec';
  process.exitCode = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, ...files], { stdio: 'inherit' }).status ?? 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
