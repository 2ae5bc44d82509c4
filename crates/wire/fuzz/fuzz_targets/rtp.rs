//! A packet that is read is written and read again as itself; its payload is never longer than what arrived.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::dtmf::Detector;
use wardkey_wire::g711::Law;
use wardkey_wire::rtp::{Event, EventReader, Packet};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = EventReader::default();
    let mut detector = Detector::default();
    for piece in bytes.chunks(200) {
        let Ok(packet) = Packet::parse(piece) else { continue };
        assert!(packet.payload.len() + 12 <= piece.len());
        let written = packet.write();
        assert_eq!(Packet::parse(&written).as_ref(), Ok(&packet));
        if let Some(event) = Event::parse(packet.payload) {
            reader.read(packet.source, packet.timestamp, event);
        }
        detector.listen(&Law::A.decode_all(packet.payload));
    }
});
