// How a test drives a peer: the peer says JSON on its output, a line each, and hears JSON on its input.
// It ends when its input ends, so that it never outlives the test that started it.
import readline from 'node:readline';

export function say(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

export function hear(act) {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => act(JSON.parse(line)));
  lines.on('close', () => process.exit(0));
}
