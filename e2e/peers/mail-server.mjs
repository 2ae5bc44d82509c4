// A mail server on npm `smtp-server`, whose letters npm `postal-mime` reads back.
import fs from 'node:fs';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { hear, say } from './lines.mjs';

// implicit, starttls or plain; then key and certificate.
const [tls, ...files] = process.argv.slice(2);
const [key, cert] = files.map((file) => fs.readFileSync(file));

const manners = {
  login: null, // "user:password", or nobody needs to log in
  sender: 0, // a status for MAIL, RCPT, the end of the letter; 0 accepts
  recipient: 0,
  letter: 0, // or "cut", "hang"
};

function refuse(status) {
  return Object.assign(new Error('no, because of nurse@example.com'), { responseCode: status });
}

const server = new SMTPServer({
  secure: tls === 'implicit',
  key,
  cert,
  disabledCommands: tls === 'plain' ? ['STARTTLS'] : [],
  authOptional: true,
  allowInsecureAuth: true,
  onConnect: (session, done) => {
    say({ event: 'connect' });
    done();
  },
  onSecure: (socket, session, done) => {
    say({ event: 'secure', version: socket.getProtocol() });
    done();
  },
  onClose: () => say({ event: 'close' }),
  onAuth: ({ method, username, password }, session, done) => {
    const good = manners.login === `${username}:${password}`;
    say({ event: 'login', method, good });
    if (good) done(null, { user: username });
    else done(refuse(535));
  },
  onMailFrom: (address, session, done) => {
    const anonymous = manners.login && !session.user;
    done(anonymous ? refuse(530) : manners.sender ? refuse(manners.sender) : null);
  },
  onRcptTo: (address, session, done) => done(manners.recipient ? refuse(manners.recipient) : null),
  onData: async (stream, session, done) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const parsed = await PostalMime.parse(raw);
    const head = raw.toString('latin1').split('\r\n\r\n')[0];
    const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    const { mailFrom, rcptTo } = session.envelope;
    say({
      event: 'letter',
      from: mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      greeting: session.hostNameAppearsAs,
      secure: session.secure,
      headers,
      subject: parsed.subject,
      sender: [parsed.from],
      recipients: parsed.to,
      text: parsed.text,
      html: parsed.html,
    });
    if (manners.letter === 'hang') return;
    if (manners.letter === 'cut') server.connections.forEach((connection) => connection._socket.destroy());
    else done(manners.letter ? refuse(manners.letter) : null);
  },
});
server.on('error', () => {});

const acts = {
  manners: ({ change }) => {
    Object.assign(manners, change);
    say({ event: 'changed' });
  },
  cut: () => server.connections.forEach((connection) => connection._socket.destroy()),
};
hear(({ act, ...more }) => acts[act](more));
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
