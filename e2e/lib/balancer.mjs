// One address in front of several nodes: connections are passed through in turn, bytes untouched.
import net from 'node:net';

/** Listens on `port` and passes each connection to the next of `ports`; one that does not answer is skipped. */
export async function startBalancer(port, ports) {
  let turn = 0;
  const open = new Set();
  const server = net.createServer({ noDelay: true }, (client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => open.delete(client));
    connect(client, ports.length);
  });
  const connect = (client, tries) => {
    const node = net.connect({ host: '127.0.0.1', port: ports[turn++ % ports.length], noDelay: true });
    let connected = false;
    node.once('connect', () => {
      connected = true;
      client.pipe(node).pipe(client);
      node.on('close', () => client.destroy());
      client.on('close', () => node.destroy());
    });
    node.on('error', () => {
      if (!connected && tries > 1) connect(client, tries - 1);
      else client.destroy();
    });
  };
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    async stop() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
