//! The telephone is not answered, or not even reached.

use std::time::Duration;

use tokio::join;
use tokio::net::{TcpListener, UdpSocket};
use wardkey_domain::factor::voice_call::CallOutcome;
use wardkey_domain::secret::Secret;
use wardkey_gateway::voice::{
    CallOrder, CallProgress, CallReport, HandedOver, Trunk, TrunkHealth, TrunkSettings, TrunkTransport, TryAnother,
};

use super::sipp::{Scenario, free_port, scenario};
use super::world::{call, over, press_hash, settings, start};

async fn one(scenario: Scenario) -> CallReport {
    let sipp = scenario.start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let (report, _) = call(&trunk, press_hash()).await;
    sipp.ends_well().await;
    report
}

fn refuses(status: &str, reason: &str) -> Scenario {
    scenario!("refuses").text("@STATUS@", status).key("reason", reason)
}

fn rings_and_refuses(status: &str, reason: &str) -> Scenario {
    scenario!("rings_and_refuses").text("@STATUS@", status).key("reason", reason)
}

const NO_REASON: &str = "SIP;cause=0";

#[tokio::test]
async fn each_refusal_is_told_apart() {
    use CallOutcome::{Busy, Declined, NoAnswer, ServiceError, Unreachable};
    use HandedOver::{Never, Yes};
    let cases = [
        (refuses("486 Busy Here", NO_REASON), 486, Busy, Never, TryAnother::No),
        (rings_and_refuses("486 Busy Here", NO_REASON), 486, Busy, Yes, TryAnother::No),
        (rings_and_refuses("603 Decline", NO_REASON), 603, Declined, Yes, TryAnother::No),
        (rings_and_refuses("480 Temporarily Unavailable", NO_REASON), 480, NoAnswer, Yes, TryAnother::No),
        (refuses("480 Temporarily Unavailable", "Q.850;cause=17"), 480, Busy, Never, TryAnother::No),
        (refuses("480 Temporarily Unavailable", "Q.850;cause=20"), 480, Unreachable, Never, TryAnother::No),
        (refuses("404 Not Found", NO_REASON), 404, Unreachable, Never, TryAnother::No),
        (refuses("302 Moved Temporarily", NO_REASON), 302, Unreachable, Never, TryAnother::No),
        (refuses("503 Service Unavailable", NO_REASON), 503, ServiceError, Never, TryAnother::Yes),
        (refuses("403 Forbidden", NO_REASON), 403, ServiceError, Never, TryAnother::Yes),
        (scenario!("asks_as_proxy"), 486, Busy, Never, TryAnother::No),
    ];
    for (scenario, status, outcome, handed_over, another) in cases {
        let report = one(scenario).await;
        let found = (report.sip_status, report.outcome, report.handed_over, report.try_another);
        assert_eq!(found, (Some(status), outcome, handed_over, another));
        assert_eq!((report.talked_for, report.frames.sent), (Duration::ZERO, 0));
    }
}

#[tokio::test]
async fn a_telephone_that_nobody_answers_stops_ringing() {
    let report = one(scenario!("never_answers")).await;
    assert_eq!((report.outcome, report.handed_over), (CallOutcome::NoAnswer, HandedOver::Yes));
    assert!((1_900..4_000).contains(&report.rang_for.as_millis()), "{report:?}");
}

#[tokio::test]
async fn a_wrong_password_is_the_trunks_refusal() {
    let sipp = scenario!("answers").key("audio_port", 9).key("formats", "8").start().await;
    let trunk = start(TrunkSettings { password: Secret::new("wrong".to_owned()), ..settings(sipp.port) });
    let (report, _) = call(&trunk, press_hash()).await;
    sipp.ends_well().await;
    assert_eq!((report.outcome, report.sip_status), (CallOutcome::ServiceError, Some(403)));
    assert_eq!((report.handed_over, report.try_another), (HandedOver::Never, TryAnother::Yes));
}

#[tokio::test]
async fn an_answer_without_sound_is_ended() {
    let report = one(scenario!("answers_without_sound").key("formats", "8")).await;
    assert_eq!((report.outcome, report.handed_over), (CallOutcome::ServiceError, HandedOver::Yes));
}

#[tokio::test]
async fn a_trunk_that_says_nothing_is_given_up_soon() {
    // A socket that never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(silent.local_addr().unwrap().port());
    settings.answer_within = Duration::from_millis(600);
    let (report, steps) = call(&start(settings), press_hash()).await;
    assert_eq!(steps, [CallProgress::Invited]);
    assert_eq!(report.outcome, CallOutcome::ServiceError);
    assert_eq!((report.handed_over, report.try_another), (HandedOver::Unknown, TryAnother::Yes));
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_not_used_again() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let trunk = start(TrunkSettings {
        transport: TrunkTransport::Tcp,
        answer_within: Duration::from_millis(400),
        ..settings(silent.local_addr().unwrap().port())
    });
    let mut connections = Vec::new();
    for _ in 0..2 {
        let ((report, _), accepted) = join!(call(&trunk, press_hash()), silent.accept());
        connections.push(accepted.unwrap());
        assert_eq!((report.handed_over, report.try_another), (HandedOver::Unknown, TryAnother::Yes));
    }
    assert_ne!(connections[0].1, connections[1].1);
}

#[tokio::test]
async fn a_trunk_that_takes_no_connection_is_known_at_once() {
    for transport in [TrunkTransport::Tcp, TrunkTransport::Tls] {
        let trunk = over(transport, free_port());
        let (report, steps) = call(&trunk, press_hash()).await;
        assert_eq!(steps, []);
        assert_eq!(report.outcome, CallOutcome::ServiceError);
        assert_eq!((report.handed_over, report.try_another), (HandedOver::Never, TryAnother::Yes));
    }
}

#[tokio::test]
async fn what_is_no_number_is_not_dialled() {
    let trunk = over(TrunkTransport::Udp, free_port());
    for to in ["01134960123", "+44;phone-context=x", "+44 113", "sip:x@y"] {
        let order = CallOrder { to: to.to_owned(), ..press_hash() };
        let (report, steps) = call(&trunk, order).await;
        assert_eq!((report.outcome, report.handed_over), (CallOutcome::Unreachable, HandedOver::Never));
        assert_eq!(steps, []);
    }
}

#[tokio::test]
async fn there_are_no_more_calls_than_lines() {
    let sipp = scenario!("never_answers").start().await;
    let trunk = start(TrunkSettings { most_calls: 1, ..settings(sipp.port) });
    let second = async {
        // Whether the first has the line is known once it was sent; trying costs nothing.
        loop {
            let (report, steps) = call(&trunk, press_hash()).await;
            if steps.is_empty() {
                return report;
            }
        }
    };
    let ((first, _), second) = join!(call(&trunk, press_hash()), second);
    sipp.ends_well().await;
    assert_eq!(first.outcome, CallOutcome::NoAnswer);
    assert_eq!((second.outcome, second.try_another), (CallOutcome::ServiceError, TryAnother::Yes));
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_taken_back() {
    let sipp = scenario!("never_answers").start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let (tell, mut rings) = tokio::sync::mpsc::unbounded_channel();
    let calling = tokio::spawn({
        let trunk = trunk.clone();
        async move { trunk.call(press_hash(), move |step| tell.send(step).unwrap()).await }
    });
    while rings.recv().await != Some(CallProgress::Ringing) {}
    calling.abort();
    // The scenario ends well when the invitation is cancelled, long before the telephone would have stopped ringing.
    sipp.ends_well().await;
}

#[tokio::test]
async fn a_trunk_that_is_shut_down_takes_its_calls_back() {
    let sipp = scenario!("never_answers").start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let (tell, mut rings) = tokio::sync::mpsc::unbounded_channel();
    let calling = tokio::spawn({
        let trunk = trunk.clone();
        async move { trunk.call(press_hash(), move |step| tell.send(step).unwrap()).await }
    });
    while rings.recv().await != Some(CallProgress::Ringing) {}
    trunk.shut_down().await;
    sipp.ends_well().await;
    assert_eq!(calling.await.unwrap().outcome, CallOutcome::CutOff);
    let (after, steps) = call(&trunk, press_hash()).await;
    assert_eq!((after.outcome, after.handed_over, steps.len()), (CallOutcome::CutOff, HandedOver::Never, 0));
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_an_error_that_says_so() {
    let settings = TrunkSettings { local_address: "192.0.2.77:5060".parse().unwrap(), ..settings(5_060) };
    let error = wardkey_gateway::voice::Trunk::start(settings, std::sync::Arc::new(super::world::random)).unwrap_err();
    assert_eq!(error.to_string(), "the trunk `test` cannot listen on `192.0.2.77:5060`");
}

async fn becomes(trunk: &Trunk, health: TrunkHealth) {
    let known = async {
        while trunk.health() != health {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), known).await.unwrap_or_else(|_| panic!("{:?}", trunk.health()));
}

#[tokio::test]
async fn whether_the_trunk_is_there_is_known() {
    let options = scenario!("is_asked").start().await;
    let ping_every = Duration::from_millis(100);
    let answer_within = Duration::from_millis(300);
    let there = start(TrunkSettings { ping_every, answer_within, ..settings(options.port) });
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let gone = start(TrunkSettings { ping_every, answer_within, ..settings(silent.local_addr().unwrap().port()) });
    becomes(&there, TrunkHealth::Up).await;
    becomes(&gone, TrunkHealth::Silent).await;
    options.ends_well().await;
    becomes(&there, TrunkHealth::Down).await;
    assert_eq!(gone.health(), TrunkHealth::Silent, "what never answered may still take calls");
}
