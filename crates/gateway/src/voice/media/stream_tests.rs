use super::*;

/// A stream that speaks with a socket of the test.
struct Bench {
    stream: Stream,
    far: UdpSocket,
    near: SocketAddr,
    _thread: MediaThread,
}

async fn bench(telephone_event: Option<u8>) -> Bench {
    let far = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let near = socket.local_addr().unwrap();
    // Early media: a hash that nobody pressed.
    let early = Event { code: 11, end: true, volume: 10, duration: 800 }.write();
    far.send_to(&Packet::new(101, 1, 1, 1, &early).write(), near).await.unwrap();
    let peer = Peer { address: far.local_addr().unwrap(), law: Law::A, telephone_event, hears: true };
    let thread = MediaThread::start().unwrap();
    let start = Start {
        socket,
        peer,
        our_telephone_event: 101,
        hosts: vec![],
        source: 7,
        sequence: u16::MAX,
        timestamp: u32::MAX - 200,
    };
    let bench = Bench { stream: Stream::start(&thread, start), far, near, _thread: thread };
    // The first packet shows that early media was thrown away.
    bench.take(1).await;
    bench
}

impl Bench {
    /// Takes so many packets: payload type, marker, timestamp, payload.
    async fn take(&self, count: usize) -> Vec<(u8, bool, u32, Vec<u8>)> {
        let mut packets = Vec::new();
        let mut buffer = [0; 2_000];
        while packets.len() < count {
            let (length, _) = self.far.recv_from(&mut buffer).await.unwrap();
            let packet = Packet::parse(&buffer[..length]).unwrap();
            packets.push((packet.payload_type, packet.marker, packet.timestamp, packet.payload.to_vec()));
        }
        packets
    }

    async fn key(&mut self) -> char {
        loop {
            match self.stream.heard().await.unwrap() {
                Heard::Key(digit) => return digit.as_char(),
                Heard::Played(_) | Heard::Dialled | Heard::Spoke => {}
            }
        }
    }
}

#[tokio::test]
async fn a_prompt_is_sent_as_it_is_between_silence() {
    let mut bench = bench(Some(96)).await;
    let samples: Vec<i16> = (0..1_000).map(|at| at * 7).collect();
    bench.stream.order(Order::Play(3, Prompt::from_samples(&samples)));
    assert!(matches!(bench.stream.heard().await, Some(Heard::Played(3))));
    let packets = bench.take(8).await;
    let sound: Vec<u8> = packets.iter().flat_map(|(.., payload)| payload.clone()).collect();
    let wanted = Law::A.encode_all(&samples);
    assert!(sound.windows(wanted.len()).any(|window| window == wanted), "the prompt was not sent whole");
    assert!(packets.iter().all(|(kind, _, _, payload)| *kind == 8 && payload.len() == 160));
    assert!(packets.windows(2).all(|two| two[1].2.wrapping_sub(two[0].2) == 160));
    let report = bench.stream.end().await;
    assert!(report.sent >= 8, "{report:?}");
}

#[tokio::test]
async fn keys_are_heard_as_events_under_either_number() {
    let mut bench = bench(Some(96)).await;
    for (kind, code, timestamp) in [(96, 4, 1_000), (101, 11, 5_000)] {
        for event in EventTrain::new(Digit::from_event(code).unwrap(), 5) {
            bench.far.send_to(&Packet::new(kind, 9, timestamp, 3, &event.write()).write(), bench.near).await.unwrap();
        }
    }
    assert_eq!((bench.key().await, bench.key().await), ('4', '#'));
}

#[tokio::test]
async fn keys_are_heard_as_sound() {
    for telephone_event in [None, Some(101)] {
        let mut bench = bench(telephone_event).await;
        let sound = Law::A.encode_all(&tone(Digit::Hash, 960, 8_000));
        for (index, frame) in (0_u16..).zip(sound.chunks(160)) {
            let packet = Packet::new(8, index, u32::from(index) * 160, 3, frame).write();
            bench.far.send_to(&packet, bench.near).await.unwrap();
            // Packets that are doubled do not make a tone longer or another.
            bench.far.send_to(&packet, bench.near).await.unwrap();
        }
        assert_eq!(bench.key().await, '#');
    }
}

#[tokio::test]
async fn a_key_from_elsewhere_is_not_heard() {
    let mut bench = bench(Some(101)).await;
    let stranger = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    let event = |code| Event { code, end: true, volume: 10, duration: 800 }.write();
    stranger.send_to(&Packet::new(101, 1, 1, 1, &event(11)).write(), bench.near).await.unwrap();
    bench.far.send_to(b"not a packet of sound", bench.near).await.unwrap();
    bench.far.send_to(&Packet::new(101, 1, 1, 1, &event(5)).write(), bench.near).await.unwrap();
    assert_eq!(bench.key().await, '5');
    let report = bench.stream.end().await;
    assert_eq!((report.heard, report.foreign), (1, 1));
}

#[tokio::test]
async fn a_forged_key_is_not_heard_even_from_the_right_place() {
    let mut bench = bench(Some(101)).await;
    let event = |code| Event { code, end: true, volume: 10, duration: 800 }.write();
    let sound = [Law::A.silence(); 160];
    bench.far.send_to(&Packet::new(8, 1, 160, 3, &sound).write(), bench.near).await.unwrap();
    bench.far.send_to(&Packet::new(101, 2, 320, 4, &event(11)).write(), bench.near).await.unwrap();
    bench.far.send_to(&Packet::new(101, 2, 320, 3, &event(5)).write(), bench.near).await.unwrap();
    assert_eq!(bench.key().await, '5');
    // The signals tell of a change: the next stream from the same place is the other side's.
    let address = bench.far.local_addr().unwrap();
    let peer = Peer { address, law: Law::A, telephone_event: Some(101), hears: true };
    bench.stream.order(Order::Redirect(peer));
    bench.stream.order(Order::Dial(Vec::new()));
    assert!(matches!(bench.stream.heard().await, Some(Heard::Dialled)));
    bench.far.send_to(&Packet::new(101, 9, 640, 4, &event(6)).write(), bench.near).await.unwrap();
    assert_eq!(bench.key().await, '6');
    let report = bench.stream.end().await;
    assert_eq!((report.heard, report.foreign), (3, 1));
}

#[tokio::test]
async fn an_extension_is_dialled_as_events_or_as_sound() {
    for telephone_event in [Some(96), None] {
        let mut bench = bench(telephone_event).await;
        let digits = "203".chars().filter_map(Digit::from_char).collect();
        bench.stream.order(Order::Dial(digits));
        assert!(matches!(bench.stream.heard().await, Some(Heard::Dialled)));
        let (mut reader, mut detector, mut dialled) = (EventReader::default(), Detector::default(), String::new());
        for (kind, _, timestamp, payload) in bench.take(35).await {
            if kind == 96 {
                let event = Event::parse(&payload).unwrap();
                dialled.extend(reader.read(1, timestamp, event).map(Digit::as_char));
            }
            for hearing in detector.listen(&Law::A.decode_all(&payload)) {
                match hearing {
                    Hearing::Pressed(digit) => dialled.push(digit.as_char()),
                    Hearing::Released(_) => {}
                }
            }
        }
        assert_eq!(dialled, "203", "{telephone_event:?}");
    }
}
