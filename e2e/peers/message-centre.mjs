// A message centre over SMPP on npm `smpp`, which is not ours: what it understands, others understand.
// How it behaves is told on its input; what it hears is told on its output (lines.mjs).
import fs from 'node:fs';
import smpp from 'smpp';
import { hear, say } from './lines.mjs';

const [key, cert] = process.argv.slice(2).map((file) => fs.readFileSync(file));

const manners = {
  answer: 'accept', // accept, hold, nack, or a status by its name
  after: Infinity, // how many submits get that answer; the rest is held
  receipts: 'none', // none, text, tlv
  state: 'DELIVRD',
  hexadecimal: false, // ids in answers; receipts are decimal then
  probes: true, // whether enquire_link is answered
  binds: true, // whether anybody may bind
  quiet: false, // whether submits are left untold
};
const sessions = new Set();
let count = 0;

function bind(session, pdu) {
  say({ event: 'bind', command: pdu.command, system_id: pdu.system_id, version: pdu.interface_version });
  if (!manners.binds || pdu.password !== 'secret') {
    session.send(pdu.response({ command_status: smpp.ESME_RBINDFAIL }));
    return;
  }
  session.may_receive = pdu.command !== 'bind_transmitter';
  session.send(pdu.response({ system_id: 'centre' }));
}

function text(field) {
  const message = field?.message ?? field;
  return Buffer.isBuffer(message) ? message.toString('latin1') : (message ?? null);
}

function tell(pdu) {
  const udh = pdu.short_message?.udh;
  say({
    event: 'submit',
    number: pdu.sequence_number,
    from: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr],
    to: [pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr],
    coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    receipt: pdu.registered_delivery,
    validity: String(pdu.validity_period?.toISOString?.() ?? pdu.validity_period),
    udh: udh ? Buffer.concat([].concat(udh)).toString('hex') : null,
    text: text(pdu.short_message),
    payload: pdu.message_payload === undefined ? null : text(pdu.message_payload),
  });
}

function deliver(pdu, number) {
  const session = [...sessions].find((session) => session.may_receive);
  const id = String(number);
  const receipt = { esm_class: 4, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr };
  if (manners.receipts === 'tlv') {
    session?.deliver_sm({ ...receipt, receipted_message_id: id, message_state: 2, short_message: '' }, told);
  } else {
    const words = `id:${id} sub:001 dlvrd:001 submit date:2611211900 done date:2611211901 stat:${manners.state} err:000 text:`;
    session?.deliver_sm({ ...receipt, short_message: words }, told);
  }
}

function told(pdu) {
  say({ event: 'deliver_answer', status: pdu.command_status });
}

function submit(session, pdu) {
  if (!manners.quiet) tell(pdu);
  if (manners.answer === 'hold' || manners.after <= 0) return;
  manners.after -= 1;
  if (manners.answer === 'nack') {
    const command_status = smpp.ESME_RINVCMDLEN;
    session.send(new smpp.PDU('generic_nack', { sequence_number: pdu.sequence_number, command_status }));
  } else if (manners.answer === 'accept') {
    count += 1;
    const number = 1000 + count;
    session.send(pdu.response({ message_id: manners.hexadecimal ? number.toString(16).toUpperCase() : String(number) }));
    if (manners.receipts !== 'none' && pdu.registered_delivery) deliver(pdu, number);
  } else {
    session.send(pdu.response({ command_status: smpp[manners.answer] }));
  }
}

const server = smpp.createServer(key ? { key, cert } : {}, (session) => {
  sessions.add(session);
  session.on('error', () => {});
  session.on('close', () => {
    sessions.delete(session);
    say({ event: 'close' });
  });
  for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(command, (pdu) => bind(session, pdu));
  }
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => {
    say({ event: 'enquire_link' });
    if (manners.probes) session.send(pdu.response());
  });
  session.on('deliver_sm_resp', (pdu) => say({ event: 'deliver_refused', status: pdu.command_status }));
  session.on('generic_nack', (pdu) => say({ event: 'generic_nack', status: pdu.command_status }));
  session.on('unbind', (pdu) => {
    say({ event: 'unbind' });
    session.send(pdu.response());
    session.close();
  });
});

const acts = {
  manners: ({ change }) => {
    Object.assign(manners, change);
    say({ event: 'changed' });
  },
  count: () => say({ event: 'count', accepted: count }),
  cut: () => sessions.forEach((session) => session.socket.destroy()),
  write: ({ hex }) => sessions.forEach((session) => session.socket.write(Buffer.from(hex, 'hex'))),
  unbind: () => sessions.forEach((session) => session.unbind(() => say({ event: 'unbind_answer' }))),
  enquire: () => sessions.forEach((session) => session.enquire_link(() => say({ event: 'enquire_answer' }))),
  query: () => sessions.forEach((session) => session.query_sm({ message_id: '1' })),
  write_to_us: () =>
    sessions.forEach((session) => session.deliver_sm({ source_addr: '447700900555', short_message: 'STOP' }, told)),
};
hear(({ act, ...more }) => acts[act](more));
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
