// Processes that a run starts, and ends again by their own handles only.
import { spawn, execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const running = new Set();

/** The environment without settings of the product: a run brings its own. */
export const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WARDKEY_')));

/** Starts a process whose output goes to `log`; it ends with this run at the latest. With one that `talks` we talk. */
export function start(command, args, { log, cwd, env, talks = false } = {}) {
  const out = fs.openSync(log, 'a');
  const stdio = talks ? ['pipe', 'pipe', out] : ['ignore', out, out];
  const child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio });
  fs.closeSync(out);
  child.log = log;
  running.add(child);
  child.on('exit', () => running.delete(child));
  child.on('error', () => running.delete(child));
  return child;
}

/** Ends a process that this run started, and waits until it is gone. */
export async function stop(child, { signal = 'SIGTERM', patience = 30_000 } = {}) {
  if (!running.has(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const harder = setTimeout(() => child.kill('SIGKILL'), patience);
  await gone;
  clearTimeout(harder);
}

export async function stopAll() {
  await Promise.all([...running].map((child) => stop(child)));
}

/** Runs a command to its end and returns what it printed. */
export function run(command, args, options = {}) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

/** The same without holding up everything else. */
export async function runInBackground(command, args, options = {}) {
  const { code, printed, complaints } = await outcomeOf(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${printed}${complaints}`);
  return printed;
}

/** How a command ends that hears `input`: its exit code, or the signal, and what it printed. */
export function outcomeOf(command, args, { input = '', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { encoding: 'utf8', env: environment, ...options }, (error, printed, complaints) => {
      // A text in place of a number says that it was never started.
      if (typeof error?.code === 'string') reject(error);
      else resolve({ code: error ? (error.code ?? error.signal) : 0, printed, complaints });
    });
    // One that ends without having read everything is no fault.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Loopback ports that nobody listens on, all different. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer());
  const ports = [];
  for (const server of servers) {
    await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    ports.push(server.address().port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `probe` does not throw; fails with its last error when `child` ends first or the time is up. */
export async function until(probe, { child, limit = 60_000, every = 50 } = {}) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (child && child.exitCode !== null) {
        throw new Error(`${child.spawnfile} ended early\n${fs.readFileSync(child.log, 'utf8').slice(-4000)}`);
      }
      if (Date.now() > end) throw error;
      await pause(every);
    }
  }
}

/** Waits until what was ended on one node is refused by the others, too. They have a second; a busy machine takes its time. */
export async function eventually(probe) {
  return until(probe);
}
