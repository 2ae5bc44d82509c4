//! What others ask of us: the trunk inside a call, and whoever would call us.

use tokio::join;
use tokio::net::UdpSocket;
use wardkey_domain::factor::voice_call::{CallOutcome, PromptId};
use wardkey_gateway::voice::{TrunkSettings, TrunkTransport};

use super::phone::Phone;
use super::sipp::{free_port, scenario};
use super::world::{call, over, press_hash, settings, start};

#[tokio::test]
async fn a_trunk_that_asks_much_inside_a_call_is_answered_and_the_call_goes_on() {
    let mut phone = Phone::new().await;
    let sipp = scenario!("asks_much").key("audio_port", phone.port()).key("formats", "8 96").start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let person = async {
        // The call is held and taken back while it speaks, so only the last telling is surely heard whole.
        phone.hear(PromptId::PressHash).await;
        phone.press("#").await;
        phone.hear(PromptId::ThankYou).await;
    };
    let ((report, _), ()) = join!(call(&trunk, press_hash()), person);
    sipp.ends_well().await;
    assert_eq!(report.outcome, CallOutcome::Confirmed);
}

#[tokio::test]
async fn nobody_can_call_us() {
    for (method, status) in [("INVITE", "403"), ("OPTIONS", "200"), ("BYE", "481"), ("MESSAGE", "405")] {
        // Ours listens before the caller starts: a caller's scenario begins by sending.
        let (ours, theirs) = (free_port(), free_port());
        let trunk = start(TrunkSettings {
            local_address: format!("127.0.0.1:{ours}").parse().unwrap(),
            peers: vec!["127.0.0.1".parse().unwrap()],
            ..settings(theirs)
        });
        let scenario = scenario!("calls_us").text("@STATUS@", status).text("@METHOD@", method);
        let sipp = scenario.calls_us(ours).start().await;
        sipp.ends_well().await;
        trunk.shut_down().await;
    }
}

#[tokio::test]
async fn whoever_is_not_the_trunk_is_not_answered() {
    let ours = free_port();
    let trunk =
        start(TrunkSettings { local_address: format!("127.0.0.1:{ours}").parse().unwrap(), ..settings(free_port()) });
    let ask = |from: UdpSocket| async move {
        let port = from.local_addr().unwrap();
        let request = format!(
            "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {port};branch=z9hG4bKx{}\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:x@y>\r\nCall-ID: {port}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            port.port()
        );
        from.send_to(request.as_bytes(), ("127.0.0.1", ours)).await.unwrap();
        let mut buffer = [0; 2_000];
        let waited = tokio::time::timeout(std::time::Duration::from_millis(500), from.recv_from(&mut buffer)).await;
        waited.is_ok()
    };
    // A call teaches us the trunk's address, 127.0.0.1; 127.0.0.2 is somebody else.
    drop(call(&trunk, press_hash()).await);
    assert!(ask(UdpSocket::bind("127.0.0.1:0").await.unwrap()).await);
    assert!(!ask(UdpSocket::bind("127.0.0.2:0").await.unwrap()).await);
}
