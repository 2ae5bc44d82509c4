//! The ear and the finger of whoever is called.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;
use wardkey_domain::factor::voice_call::PromptId;
use wardkey_gateway::voice::prompts::Prompt;
use wardkey_wire::dtmf::{Digit, tone};
use wardkey_wire::g711::Law;
use wardkey_wire::rtp::{Event, EventReader, EventTrain, Packet};

use super::world::sound;

/// Hears on a port of its own and presses keys. The payload type of keys is another than the one that we offer.
pub struct Phone {
    socket: UdpSocket,
    law: Law,
    heard: Vec<u8>,
    from: Option<SocketAddr>,
    sequence: u16,
    timestamp: u32,
    events: EventReader,
    pub keys: String,
}

/// Under which number the scenarios answer keys.
const KEYS: u8 = 96;

impl Phone {
    pub async fn new() -> Self {
        Self::speaking(Law::A).await
    }

    pub async fn speaking(law: Law) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let events = EventReader::default();
        Self { socket, law, heard: Vec::new(), from: None, sequence: 0, timestamp: 0, events, keys: String::new() }
    }

    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    async fn listen(&mut self) {
        let mut buffer = [0; 2_000];
        let (length, from) = self.socket.recv_from(&mut buffer).await.unwrap();
        self.from = Some(from);
        let packet = Packet::parse(&buffer[..length]).unwrap();
        if packet.payload_type == self.law.payload_type() {
            self.heard.extend(packet.payload);
        } else if packet.payload_type == KEYS {
            let event = Event::parse(packet.payload).unwrap();
            self.keys.extend(self.events.read(packet.source, packet.timestamp, event).map(Digit::as_char));
        }
    }

    /// Waits until this prompt was heard, exactly as it was recorded, and forgets what was heard so far.
    pub async fn hear(&mut self, id: PromptId) {
        self.hear_prompt(&sound(id)).await;
    }

    pub async fn hear_prompt(&mut self, prompt: &Prompt) {
        let wanted = self.law.encode_all(prompt.samples());
        let heard = async {
            while !self.heard.windows(wanted.len()).rev().take(320).any(|window| window == wanted) {
                self.listen().await;
            }
        };
        timeout(Duration::from_secs(15), heard).await.expect("the prompt was not heard as it was recorded");
        self.heard.clear();
    }

    pub async fn hear_all(&mut self, ids: &[PromptId]) {
        for id in ids {
            self.hear(*id).await;
        }
    }

    /// Waits for any packet at all.
    pub async fn connected(&mut self) {
        timeout(Duration::from_secs(10), self.listen()).await.expect("no sound arrived");
    }

    async fn send(&mut self, kind: u8, timestamp: u32, payload: &[u8]) {
        self.sequence = self.sequence.wrapping_add(1);
        let packet = Packet::new(kind, self.sequence, timestamp, 0x7e1e, payload).write();
        self.socket.send_to(&packet, self.from.expect("nothing was heard yet")).await.unwrap();
    }

    /// Presses keys, as most telephones tell it: by events.
    pub async fn press(&mut self, keys: &str) {
        for digit in keys.chars().filter_map(Digit::from_char) {
            self.timestamp += 3_200;
            for event in EventTrain::new(digit, 5) {
                self.send(KEYS, self.timestamp, &event.write()).await;
            }
        }
    }

    /// Presses keys that are told by their sound only.
    pub async fn sound_keys(&mut self, keys: &str) {
        for digit in keys.chars().filter_map(Digit::from_char) {
            let samples = [tone(digit, 800, 7_000), vec![0; 800]].concat();
            self.say(&samples).await;
        }
    }

    /// Says something, four times as fast as it is heard: only its samples count.
    pub async fn say(&mut self, samples: &[i16]) {
        let mut pace = tokio::time::interval(Duration::from_millis(5));
        for frame in samples.chunks(160) {
            pace.tick().await;
            self.timestamp += 160;
            let bytes = self.law.encode_all(frame);
            self.send(self.law.payload_type(), self.timestamp, &bytes).await;
        }
    }
}
