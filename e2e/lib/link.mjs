// A way to PostgreSQL on which the notifications of one node can be cut while its queries go on.
import net from 'node:net';

/** A listening connection is known by what its owner says first on it. */
const LISTENS = Buffer.from('LISTEN "');

/**
 * Passes connections on to PostgreSQL at `port`.
 *
 * While the link is `silent`, listening connections stay open and nothing arrives on them, as when a firewall drops
 * packets; while it is `broken` they are closed, and so is every new one.
 */
export async function startLink(port) {
  const listening = new Set();
  const open = new Set();
  let state = 'whole';
  const heed = (pair) => {
    if (state === 'broken') pair.client.destroy();
    else if (state === 'silent') pair.database.unpipe(pair.client);
    else pair.database.pipe(pair.client);
  };
  const server = net.createServer({ noDelay: true }, (client) => {
    const database = net.connect({ host: '127.0.0.1', port, noDelay: true });
    const pair = { client, database };
    open.add(pair);
    for (const [one, other] of [[client, database], [database, client]]) {
      one.on('error', () => one.destroy());
      one.on('close', () => {
        other.destroy();
        open.delete(pair);
        listening.delete(pair);
      });
    }
    client.on('data', (bytes) => {
      if (!listening.has(pair) && bytes.includes(LISTENS)) {
        listening.add(pair);
        if (state !== 'whole') heed(pair);
      }
    });
    client.pipe(database).pipe(client);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    /** How many connections listen now. */
    listeners: () => listening.size,
    set(next) {
      state = next;
      for (const pair of listening) heed(pair);
    },
    async stop() {
      for (const { client, database } of open) {
        client.destroy();
        database.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
