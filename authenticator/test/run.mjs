// Runs the unit tests: each is bundled with the modules that it tests, then given to Node's own runner. `--quiet` prints
// a dot for each.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wardkey-authenticator-'));
try {
  const tests = fs.readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
  await build({
    entryPoints: tests.map((name) => path.join(here, name)), outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true,
    platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning',
  });
  const files = tests.map((name) => path.join(folder, name));
  const reporter = process.argv.includes('--quiet') ? 'dot' : 'spec';
  process.exitCode = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, ...files], { stdio: 'inherit' }).status ?? 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
