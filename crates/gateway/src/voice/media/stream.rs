//! The sound of one call.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use wardkey_wire::dtmf::{Detector, Digit, Hearing, tone};
use wardkey_wire::g711::Law;
use wardkey_wire::rtp::{Event, EventReader, EventTrain, FRAME_SAMPLES, MAX_PACKET, Packet};

use super::keys::Keys;
use super::lateness::{FRAME, FrameReport};
use super::source::Source;
use super::speech::{Speech, power};
use super::thread::MediaThread;
use crate::voice::prompts::Prompt;

const SAMPLES: usize = FRAME_SAMPLES as usize;

/// How far behind packets are left out instead of sent in a rush: three of them.
const BEHIND: u32 = 3;

/// How long a key of an extension lasts, and the pause after it: 100 ms each, in packets.
const KEY_FRAMES: u16 = 5;

/// How many packets of early media are thrown away at most: 80 seconds of them.
const MOST_EARLY: u32 = 4_000;

/// How loud each tone of a key is that we send as sound.
const KEY_PEAK: i16 = 6_000;

/// The other side's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it hears.
    pub address: SocketAddr,
    /// What it speaks.
    pub law: Law,
    /// Under which number it knows keys as events.
    pub telephone_event: Option<u8>,
    /// Whether it wants to hear us now.
    pub hears: bool,
}

/// How a stream begins.
#[derive(Debug)]
pub struct Start {
    /// Where we hear.
    pub socket: std::net::UdpSocket,
    /// The other side.
    pub peer: Peer,
    /// Under which number we offered keys as events.
    pub our_telephone_event: u8,
    /// Hosts beside the peer's whose packets are believed.
    pub hosts: Vec<IpAddr>,
    /// Our source, first sequence number and first timestamp: all random [RFC 3550 §5.1].
    pub source: u32,
    /// The first sequence number.
    pub sequence: u16,
    /// The first timestamp.
    pub timestamp: u32,
}

/// What a stream is told.
#[derive(Debug)]
pub enum Order {
    /// Say this, in place of what is being said. The number comes back when it has been said.
    Play(u32, Prompt),
    /// Press these keys.
    Dial(Vec<Digit>),
    /// The other side has moved.
    Redirect(Peer),
}

/// What a stream tells.
#[derive(Debug)]
pub enum Heard {
    /// What was given this number has been said to its end.
    Played(u32),
    /// The keys have been pressed.
    Dialled,
    /// A key was pressed.
    Key(Digit),
    /// The line talks like a machine.
    Spoke,
}

/// A running stream. It ends when this is dropped.
#[derive(Debug)]
pub struct Stream {
    orders: UnboundedSender<Order>,
    heard: UnboundedReceiver<Heard>,
    task: JoinHandle<FrameReport>,
}

impl Stream {
    /// Begins to send and to listen.
    pub fn start(thread: &MediaThread, start: Start) -> Self {
        let (orders, taken) = unbounded_channel();
        let (tell, heard) = unbounded_channel();
        let Start { socket, peer, our_telephone_event, hosts, source, sequence, timestamp } = start;
        let task = thread.runtime().spawn(async move {
            drain(&socket);
            let sender = Sender { source, sequence, timestamp, begun: false };
            match UdpSocket::from_std(socket) {
                Ok(socket) => Line::new(&peer, our_telephone_event, &hosts, sender).run(&socket, taken, &tell).await,
                Err(_) => FrameReport::default(),
            }
        });
        Self { orders, heard, task }
    }

    /// Tells the stream something; a stream that has ended does not mind.
    pub fn order(&self, order: Order) {
        self.orders.send(order).ok();
    }

    /// What is heard next; nothing when the stream has ended.
    pub async fn heard(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Ends the stream and tells how punctual it was.
    pub async fn end(self) -> FrameReport {
        drop(self.orders);
        self.task.await.unwrap_or_default()
    }
}

/// Throws away what arrived before the call was answered: announcements, whose keys are nobody's.
fn drain(socket: &std::net::UdpSocket) {
    let mut buffer = [0; MAX_PACKET];
    // Bounded, because a peer may send faster than we throw away.
    for _ in 0..MOST_EARLY {
        if socket.recv_from(&mut buffer).is_err() {
            return;
        }
    }
}

/// Our numbers on packets.
#[derive(Debug)]
struct Sender {
    source: u32,
    sequence: u16,
    timestamp: u32,
    begun: bool,
}

/// What is being sent.
#[derive(Debug)]
enum Saying {
    Nothing,
    Prompt { number: u32, samples: Prompt, at: usize },
    Keys { left: VecDeque<Digit>, train: Option<EventTrain>, sound: Vec<i16>, since: u32, pause: u16 },
}

#[derive(Debug)]
struct Line {
    peer: Peer,
    our_telephone_event: u8,
    sender: Sender,
    saying: Saying,
    /// How loud the last packet was that we sent.
    loudness: f64,
    source: Source,
    heard_from: Option<(u32, u16)>,
    events: EventReader,
    detector: Detector,
    keys: Keys,
    speech: Speech,
    report: FrameReport,
}

impl Line {
    fn new(peer: &Peer, our_telephone_event: u8, hosts: &[IpAddr], sender: Sender) -> Self {
        Self {
            peer: *peer,
            our_telephone_event,
            sender,
            saying: Saying::Nothing,
            loudness: 0.0,
            source: Source::new(peer.address.ip(), hosts),
            heard_from: None,
            events: EventReader::default(),
            detector: Detector::default(),
            keys: if peer.telephone_event.is_some() { Keys::with_events() } else { Keys::by_sound() },
            speech: Speech::default(),
            report: FrameReport::default(),
        }
    }

    async fn run(
        mut self,
        socket: &UdpSocket,
        mut orders: UnboundedReceiver<Order>,
        tell: &UnboundedSender<Heard>,
    ) -> FrameReport {
        let mut buffer = [0; MAX_PACKET + 1];
        let start = Instant::now();
        let mut due = start;
        loop {
            tokio::select! {
                biased;
                () = sleep_until(due) => {
                    let late = due.elapsed();
                    self.report.count_sent(late);
                    self.send(socket, tell).await;
                    due += FRAME;
                    let behind = u32::try_from(late.as_millis() / FRAME.as_millis()).unwrap_or(u32::MAX);
                    if behind >= BEHIND {
                        // A rush of old packets helps nobody; the count of samples goes on as if they had been sent.
                        self.report.count_skipped(behind);
                        due += FRAME * behind;
                        self.sender.timestamp = self.sender.timestamp.wrapping_add(behind.wrapping_mul(u32::from(FRAME_SAMPLES)));
                    }
                    if let Some(digit) = self.keys.due(start.elapsed()) {
                        tell.send(Heard::Key(digit)).ok();
                    }
                }
                order = orders.recv() => match order {
                    Some(order) => self.take(order, tell),
                    None => return self.report,
                },
                received = socket.recv_from(&mut buffer) => {
                    if let Ok((length, from)) = received {
                        self.receive(buffer.get(..length).unwrap_or_default(), from, start.elapsed(), tell);
                    }
                }
            }
        }
    }

    fn take(&mut self, order: Order, tell: &UnboundedSender<Heard>) {
        match order {
            Order::Play(number, samples) => self.saying = Saying::Prompt { number, samples, at: 0 },
            Order::Dial(digits) if digits.is_empty() => {
                tell.send(Heard::Dialled).ok();
            }
            Order::Dial(digits) => {
                self.saying = Saying::Keys { left: digits.into(), train: None, sound: Vec::new(), since: 0, pause: 0 };
            }
            Order::Redirect(peer) => {
                if peer.address == self.peer.address {
                    self.source.renew();
                } else {
                    self.source.rename(peer.address.ip());
                }
                self.peer = peer;
            }
        }
    }

    async fn send(&mut self, socket: &UdpSocket, tell: &UnboundedSender<Heard>) {
        let (payload, kind, timestamp, marker) = self.next_payload(tell);
        let mut packet = Packet::new(kind, self.sender.sequence, timestamp, self.sender.source, &payload);
        // The first packet, and the first of each key, say that something begins [RFC 3551 §4.1, RFC 4733 §2.5.1.2].
        packet.marker = marker || !std::mem::replace(&mut self.sender.begun, true);
        if self.peer.hears {
            let to = self.source.latched().unwrap_or(self.peer.address);
            // A packet that cannot be sent is a packet that is lost: the next one is due in 20 ms.
            let _: io::Result<usize> = socket.send_to(&packet.write(), to).await;
        }
        self.sender.sequence = self.sender.sequence.wrapping_add(1);
        self.sender.timestamp = self.sender.timestamp.wrapping_add(u32::from(FRAME_SAMPLES));
    }

    /// The next 20 ms: payload, type, timestamp, and whether something begins.
    fn next_payload(&mut self, tell: &UnboundedSender<Heard>) -> (Vec<u8>, u8, u32, bool) {
        let (law, now) = (self.peer.law, self.sender.timestamp);
        let sound = |samples: &[i16]| {
            let mut bytes = law.encode_all(samples.get(..SAMPLES.min(samples.len())).unwrap_or_default());
            bytes.resize(SAMPLES, law.silence());
            (bytes, law.payload_type(), now, false)
        };
        self.loudness = 0.0;
        match &mut self.saying {
            Saying::Nothing => sound(&[]),
            Saying::Prompt { number, samples, at } => {
                let rest = samples.samples().get(*at..).unwrap_or_default();
                let frame = rest.get(..SAMPLES.min(rest.len())).unwrap_or_default();
                self.loudness = power(frame);
                let sent = sound(frame);
                *at += SAMPLES;
                if *at >= samples.samples().len() {
                    tell.send(Heard::Played(*number)).ok();
                    self.saying = Saying::Nothing;
                }
                sent
            }
            Saying::Keys { left, train, sound: ringing, since, pause } => {
                if let Some(event) = train.as_mut().and_then(Iterator::next) {
                    let kind = self.peer.telephone_event.unwrap_or(self.our_telephone_event);
                    let begins = *since == now;
                    return (event.write().to_vec(), kind, *since, begins);
                }
                if !ringing.is_empty() {
                    let rest = ringing.split_off(SAMPLES.min(ringing.len()));
                    let frame = std::mem::replace(ringing, rest);
                    return sound(&frame);
                }
                if *pause > 0 {
                    *pause -= 1;
                    return sound(&[]);
                }
                match left.pop_front() {
                    Some(digit) => {
                        *pause = KEY_FRAMES;
                        if self.peer.telephone_event.is_some() {
                            (*train, *since) =
                                (Some(EventTrain::new(digit, KEY_FRAMES)), now.wrapping_add(u32::from(FRAME_SAMPLES)));
                        } else {
                            *ringing = tone(digit, SAMPLES * usize::from(KEY_FRAMES), KEY_PEAK);
                        }
                    }
                    None => {
                        self.saying = Saying::Nothing;
                        // Whatever has been said so far was the switchboard's.
                        self.speech = Speech::default();
                        tell.send(Heard::Dialled).ok();
                    }
                }
                sound(&[])
            }
        }
    }

    fn receive(&mut self, bytes: &[u8], from: SocketAddr, now: Duration, tell: &UnboundedSender<Heard>) {
        let Ok(packet) = Packet::parse(bytes) else { return };
        if !self.source.believes(from, packet.source, now) {
            self.report.foreign = self.report.foreign.saturating_add(1);
            return;
        }
        self.report.heard = self.report.heard.saturating_add(1);
        let key = if self.is_event(packet.payload_type) {
            let event = Event::parse(packet.payload);
            let digit = event.and_then(|event| self.events.read(packet.source, packet.timestamp, event));
            digit.and_then(|digit| self.keys.event(digit, now))
        } else {
            self.listen(&packet, now, tell)
        };
        if let Some(digit) = key {
            tell.send(Heard::Key(digit)).ok();
        }
    }

    /// Both numbers count: that of the answer, and the one that we offered, which some gateways go on using.
    fn is_event(&self, kind: u8) -> bool {
        self.peer.telephone_event == Some(kind) || kind == self.our_telephone_event
    }

    fn listen(&mut self, packet: &Packet<'_>, now: Duration, tell: &UnboundedSender<Heard>) -> Option<Digit> {
        let law = Law::ALL.into_iter().find(|law| law.payload_type() == packet.payload_type)?;
        // A packet that was overtaken or doubled would make one tone of two halves.
        if let Some((source, sequence)) = self.heard_from
            && source == packet.source
            && packet.sequence.wrapping_sub(sequence).wrapping_sub(1) >= 0x8000
        {
            return None;
        }
        self.heard_from = Some((packet.source, packet.sequence));
        let samples = law.decode_all(packet.payload);
        if self.speech.listen(&samples, self.loudness) {
            tell.send(Heard::Spoke).ok();
        }
        let mut before = None;
        for hearing in self.detector.listen(&samples) {
            match hearing {
                Hearing::Pressed(digit) => before = self.keys.sound(digit, now).or(before),
                Hearing::Released(_) => {}
            }
        }
        before
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
