// rsyslog from Debian as a receiver of syslog over TLS, on loopback, with a configuration and a folder of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { start, stop, until } from './process.mjs';

/** What the records of the product look like to rsyslog, a line of JSON each. */
const RECORD = ['hostname', 'app-name', 'procid', 'msgid', 'syslogfacility-text', 'syslogseverity-text', 'structured-data', 'msg']
  .map((name) => `  property(outname="${name}" name="${name}" format="jsonf")`)
  .join('\n');

const MANUAL = 'docs/operate/stream.md';

/** The configuration that the manual shows, with the addresses and files of `places` in place of its own. */
function asTheManualSays(places) {
  const [shown] = fs.readFileSync(MANUAL, 'utf8').match(/^ {4}global\(\n(?:(?: {4}.*)?\n)+/m);
  return Object.entries(places).reduce((text, [theirs, ours]) => {
    if (!text.includes(theirs)) throw new Error(`${MANUAL} does not say ${theirs}`);
    return text.replaceAll(theirs, ours);
  }, shown.replaceAll(/^ {4}/gm, ''));
}

export class Rsyslog {
  #folder;
  #child;
  #pki;

  constructor({ folder, pki, port }) {
    fs.mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#pki = pki;
    this.port = port;
  }

  at(name) {
    return path.join(this.#folder, name);
  }

  /** Starts it; `driver` is what speaks TLS in it: `gtls` or `ossl`. Only a client called `peer` may send anything. */
  async start(driver, peer) {
    fs.writeFileSync(this.at('rsyslog.conf'), `
global(workDirectory="${this.#folder}" net.enableDNS="off")
template(name="record" type="list" option.jsonf="on") {
${RECORD}
  property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
}
${asTheManualSays({
  '/etc/rsyslog-tls/ca.pem': this.#pki.authority,
  '/etc/rsyslog-tls/siem.pem': this.#pki.certificate,
  '/etc/rsyslog-tls/siem.key': this.#pki.key,
  'streamDriver.name="ossl"': `streamDriver.name="${driver}"`,
  'id.moorland.example': peer,
  // What the manual has it keep, and beside it what the test looks at.
  'action(type="omfile" file="/var/log/wardkey.jsonl" template="event")':
    `action(type="omfile" file="${this.at('events.jsonl')}" template="event")
     action(type="omfile" file="${this.at('records.jsonl')}" template="record")`,
  'port="6514"': `address="127.0.0.1" port="${this.port}"`,
})}
syslog.* action(type="omfile" file="${this.at('own.log')}")
`);
    this.#child = start('/usr/sbin/rsyslogd', ['-n', '-iNONE', '-f', this.at('rsyslog.conf')], { log: this.at('output.log') });
    await until(() => new Promise((resolve, reject) => {
      const probe = net.connect(this.port, '127.0.0.1', () => resolve(probe.destroy()));
      probe.on('error', reject);
    }), { child: this.#child });
  }

  /** The lines of the file that the manual has it keep. */
  events() {
    return fs.readFileSync(this.at('events.jsonl'), 'utf8').trim().split('\n');
  }

  /** Every record so far; what stands in `msg` is read as the JSON that it must be. */
  records() {
    const file = this.at('records.jsonl');
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    // The last one may be half written.
    lines.pop();
    return lines.map((line) => {
      const record = JSON.parse(line);
      assert(record.msg.startsWith('\ufeff'), `no mark of UTF-8: ${line}`);
      return { ...record, event: JSON.parse(record.msg.slice(1)) };
    });
  }

  /** Ends it as an operator would, or as a crash does. */
  async stop(signal = 'SIGTERM') {
    if (this.#child) await stop(this.#child, { signal });
  }
}
