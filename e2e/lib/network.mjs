// The network in front of a proxy, on this machine: what comes by a line comes from the address of that line, as the PROXY
// protocol says, in which load balancers say it [HAProxy, PROXY protocol, version 1].
import http from 'node:http';
import net from 'node:net';

/** Passes on what `client` says to the port `to`, as if it came from `address`. */
function join(client, { address, to }) {
  const family = net.isIPv6(address) ? 'TCP6' : 'TCP4';
  const here = family === 'TCP6' ? '::1' : '127.0.0.1';
  const proxy = net.connect({ host: '127.0.0.1', port: to, noDelay: true });
  proxy.write(`PROXY ${family} ${address} ${here} ${client.remotePort} 443\r\n`);
  for (const [one, other] of [[client, proxy], [proxy, client]]) {
    one.on('error', () => one.destroy());
    one.on('close', () => other.destroy());
  }
  client.pipe(proxy).pipe(client);
}

/** The line of one computer. A browser takes it as its proxy; what it says goes through as it is. */
export class Line {
  #server;
  #open = new Set();

  /** A line from `address` to the port `to`, which is `host` for everybody. */
  static async from(address, { to, host }) {
    const line = new Line();
    line.address = address;
    line.#server = http.createServer((request, answer) => answer.writeHead(403).end());
    line.#server.on('connect', (request, client) => {
      line.#keep(client);
      if (request.url !== host) {
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      join(client, { address: line.address, to });
    });
    await new Promise((resolve, reject) => line.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return line;
  }

  get proxy() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #keep(client) {
    this.#open.add(client);
    client.on('close', () => this.#open.delete(client));
    client.on('error', () => client.destroy());
  }

  /** The computer is carried to `address`: its connections end, as they do when it is closed. */
  moveTo(address) {
    this.address = address;
    for (const client of this.#open) client.destroy();
  }

  async stop() {
    this.moveTo(undefined);
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Passes on every connection to `port` as one from `address`. */
export async function passOn(port, { address, to }) {
  const open = new Set();
  const server = net.createServer({ noDelay: true }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    join(client, { address, to });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    async stop() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
